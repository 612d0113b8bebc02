# `just ready` before a commit: the same as CI.

# Format, lint, test and document, exactly as CI does
ready:
    .ci/run

# Repair what can be repaired without thinking
tidy:
    cargo fmt --all
    cargo clippy --fix --allow-dirty --all-targets

# Accept the output of the snapshot tests as it is now
accept:
    INSTA_UPDATE=always cargo test

# Try what takes too long for every commit: the hooks built from source, the validator of SARIF
packages:
    cargo build
    scripts/try-pre-commit.sh tfcheck
    scripts/try-pre-commit.sh tfcheck-bin
    scripts/validate-sarif.sh

# Fuzz one of the targets in fuzz/targets, for 15 minutes unless told otherwise
fuzz target seconds="900":
    fuzz/run.sh {{target}} {{seconds}}

# Time every stage and the whole program, and print what is promised as ratios
bench:
    cargo bench
