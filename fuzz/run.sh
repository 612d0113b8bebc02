#!/usr/bin/env bash
# Fuzzes one target: fuzz/run.sh TARGET [SECONDS]. Needs a nightly toolchain and `cargo install cargo-fuzz`.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:?usage: fuzz/run.sh TARGET [SECONDS]}
seconds=${2:-900}

case $target in
json) words=(json) ;;
syntax) words=(hcl) ;;
evaluator) words=(hcl terraform) ;;
suppressions) words=(hcl suppressions) ;;
rule_files) words=(hcl rules terraform) ;;
settings) words=(hcl settings) ;;
*)
    echo "fuzz/targets: $(cd fuzz/targets && ls | sed 's/\.rs$//' | tr '\n' ' ')" >&2
    exit 2
    ;;
esac

[[ -d fuzz/corpus/$target ]] || fuzz/seed.sh
mkdir -p fuzz/artifacts
for word in "${words[@]}"; do
    cat "fuzz/dictionaries/$word.dict"
done >"fuzz/artifacts/$target.dict"

# The product has no unsafe code of its own, so nothing is gained by a sanitizer that makes it three times slower.
exec cargo +nightly fuzz run --sanitizer none "$target" -- \
    -dict="fuzz/artifacts/$target.dict" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=4096
