#!/usr/bin/env bash
# Installs the binary of a release into a folder: install-release.sh VERSION FOLDER. The archive's SHA-256 must be the
# one that the release names. TFCHECK_RELEASES names a mirror of the releases.
set -euo pipefail

version="${1:?a version, such as 0.1.0}"
folder="${2:?a folder}"
releases="${TFCHECK_RELEASES:-https://github.com/tfcheck/tfcheck/releases/download}"

case "$(uname -s)" in
    Linux) system=unknown-linux-musl ;;
    Darwin) system=apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*) system=pc-windows-msvc ;;
    *) echo "there is no binary for $(uname -s); build it with cargo" >&2 && exit 1 ;;
esac
case "$(uname -m)" in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) echo "there is no binary for $(uname -m); build it with cargo" >&2 && exit 1 ;;
esac
# Windows on ARM runs the binary for x86-64.
if [ "$system" = pc-windows-msvc ]; then machine=x86_64; fi

name="tfcheck-$machine-$system"
downloads="$(mktemp -d)"
trap 'rm -rf "$downloads"' EXIT

for file in "$name.tar.gz" "$name.tar.gz.sha256"; do
    curl --fail --silent --show-error --location --retry 3 --output "$downloads/$file" "$releases/v$version/$file"
done
cd "$downloads"
if command -v sha256sum >/dev/null; then
    sha256sum --check --status "$name.tar.gz.sha256"
else
    shasum --algorithm 256 --check --status "$name.tar.gz.sha256"
fi || { echo "$name.tar.gz is not what the release says" >&2 && exit 1; }
tar -xzf "$name.tar.gz"
cd "$OLDPWD"

mkdir -p "$folder"
cp "$downloads/$name"/tfcheck* "$folder/"
