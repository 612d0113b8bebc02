#!/usr/bin/env bash
# Packs the binary that was built for a target, with its manual and completions, and the archive's SHA-256 beside it:
# pack-release.sh TARGET FOLDER. TFCHECK_BINARY names another binary than the
# one of the profile dist.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${1:?a target, such as x86_64-unknown-linux-musl}"
folder="${2:?a folder}"
name="tfcheck-$target"
binary="${TFCHECK_BINARY:-target/$target/dist/tfcheck}"
if [ -e "$binary.exe" ]; then binary="$binary.exe"; fi

rm -rf "${folder:?}/$name"
mkdir -p "$folder/$name/completions" "$folder/$name/man"
cp "$binary" README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$folder/$name/"
# Whatever the target, a release is packed on a machine that can run what was built for it.
for shell in bash elvish fish powershell zsh; do
    "$binary" completions "$shell" >"$folder/$name/completions/tfcheck.$shell"
done
"$binary" man >"$folder/$name/man/tfcheck.1"
for command in check explain rules settings why eval; do
    "$binary" man "$command" >"$folder/$name/man/tfcheck-$command.1"
done

cd "$folder"
tar -czf "$name.tar.gz" "$name"
rm -r "$name"
if command -v sha256sum >/dev/null; then
    sha256sum "$name.tar.gz" >"$name.tar.gz.sha256"
else
    shasum --algorithm 256 "$name.tar.gz" >"$name.tar.gz.sha256"
fi
