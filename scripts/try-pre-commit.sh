#!/usr/bin/env bash
# Runs a hook of this repository, as committed, with pre-commit on a small repository made here:
# try-pre-commit.sh [HOOK]. It must find what is wrong, let pass what is right, and leave other files alone. The hook is
# built from source; TFCHECK_HOOKS names another repository with the same hooks, for one that needs no build.
set -euo pipefail

hook="${1:-tfcheck}"
hooks="${TFCHECK_HOOKS:-$(cd "$(dirname "$0")/.." && pwd)}"
if ! command -v pre-commit >/dev/null; then
    echo "skipped: pre-commit is not installed (pip install pre-commit)"
    exit 0
fi

# Each run of try-repo builds in a folder of its own; what they have in common is built once.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$hooks/target/hooks}"

repository="$(mktemp -d)"
trap 'rm -rf "$repository"' EXIT
cd "$repository"
git init --quiet

cat >main.tf <<'EOF'
resource "aws_db_instance" "main" {
  engine   = "postgres"
  multi_az = var.multi_az
}
EOF
printf 'variable "multi_az" {\n  type = bool\n}\n' >variables.tf
echo 'multi_az = false' >terraform.tfvars
echo 'nothing to check' >notes.txt

fail() {
    echo "$1" >&2
    exit 1
}

# The output of a run, which must end with this status.
run() {
    local expected="$1" status=0
    shift
    output="$(pre-commit try-repo "$hooks" "$hook" "$@" 2>&1)" || status=$?
    [ "$status" = "$expected" ] || fail "exit status $status in place of $expected with $*: $output"
}

git add .
run 1 --files main.tf
grep -q 'rds-multi-az' <<<"$output" || fail "the finding is not reported: $output"
run 1 --files terraform.tfvars
grep -q 'rds-multi-az' <<<"$output" || fail "the finding of a variable file is not reported: $output"
run 0 --files notes.txt
grep -q 'no files to check' <<<"$output" || fail "a file that is none of Terraform's was checked: $output"
run 0 --files variables.tf
run 1 --all-files
[ "$(grep -c 'root module' <<<"$output")" = 1 ] || fail "it did not run once for all files: $output"
echo "$hook: ok"
