#!/usr/bin/env bash
# Runs the binary that is named as the GitHub Action's inputs say; the exit status is the binary's.
set -euo pipefail

tfcheck="${1:?the binary}"
arguments=(--format "$INPUT_FORMAT")
if [ -n "$INPUT_SARIF" ]; then arguments+=(--format "sarif=$INPUT_SARIF"); fi
while IFS= read -r line; do
    line="${line%$'\r'}"
    if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"$INPUT_ARGS"
arguments+=(--)
while IFS= read -r line; do
    line="${line%$'\r'}"
    if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"$INPUT_PATHS"

exec "$tfcheck" "${arguments[@]}"
