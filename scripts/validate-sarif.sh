#!/usr/bin/env bash
# Holds the SARIF of the showcase, or of the paths that are named, against the standard with Microsoft's validator:
# validate-sarif.sh [PATH…]. Needs npm; TFCHECK names another binary than that of the developer's build.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null; then
    echo "skipped: npm is not installed"
    exit 0
fi
tfcheck="${TFCHECK:-target/debug/tfcheck}"
if [ $# = 0 ]; then set -- fixtures/showcase; fi

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
# Warnings and advice are listed too, so that every kind of result is validated.
"$tfcheck" --format "sarif=$folder/tfcheck.sarif" --min-severity advice --show-suppressed --fail-on never -- "$@"

# The package's installation may leave its binary without the right to run.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
npm install --silent --no-audit --no-fund --prefix "$folder" @microsoft/sarif-multitool@5
chmod -f +x "$folder"/node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool || true
said="$("$folder/node_modules/.bin/sarif-multitool" validate "$folder/tfcheck.sarif" | tee /dev/stderr)"
if grep -Eq ': (error|warning) ' <<<"$said"; then exit 1; fi
echo "valid"
