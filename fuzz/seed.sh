#!/usr/bin/env bash
# Fills fuzz/corpus with what a fuzzer starts from: the fixtures, cut into small pieces.
set -euo pipefail
cd "$(dirname "$0")/.."

corpus=fuzz/corpus
largest=4096

# seed TARGET NAME: standard input becomes a file of the target's corpus, unless it is large or empty.
seed() {
    local file="$corpus/$1/$2"
    mkdir -p "$corpus/$1"
    cat >"$file"
    local size
    size=$(wc -c <"$file")
    if ((size == 0 || size > largest)); then
        rm "$file"
    fi
}

# One name for a path.
flat() {
    tr '/ ' '--' <<<"$1"
}

while read -r file; do
    name=$(flat "${file#fixtures/}")
    rule=$(cut -d/ -f3 <<<"$file")
    seed syntax "$name" <"$file"
    seed evaluator "$name" <"$file"
    sed "s/^resource /# tfcheck:ignore[$rule] seeded\n&/; s/ = .*/& # tfcheck:ignore[$rule] until=2999-01-31 seeded/" \
        "$file" | seed suppressions "$name"
done < <(find fixtures -name '*.tf' -size -4k)

# Expressions: the first column of the semantics cases, by itself, as a local value, and as a template in JSON.
number=0
while IFS=$'\t' read -r expression _; do
    number=$((number + 1))
    printf '%s' "$expression" | seed syntax "expression-$number"
    printf 'locals {\n  a = %s\n}\noutput "a" {\n  value = local.a\n}\n' "$expression" | seed evaluator "expression-$number"
    escaped=${expression//\\/\\\\}
    printf '{"locals": {"a": "${%s}", "b": [1, null, {"c": "%%{ if true }d%%{ endif }"}]}}' "${escaped//\"/\\\"}" |
        seed json "expression-$number"
done <fixtures/semantics/conformance.tsv

# Rule files, a declaration in each.
while read -r file; do
    awk -v start="$corpus/pieces/$(flat "${file#rules/}")" \
        '/^(rule|function) "/ { close(piece); piece = start "-" ++n } piece { print >piece }' "$file"
done < <(mkdir -p "$corpus/pieces" && find rules -name '*.hcl')
for piece in "$corpus"/pieces/*; do
    seed rule_files "$(basename "$piece")" <"$piece"
done
rm -r "$corpus/pieces"

while read -r file; do
    seed settings "$(flat "$file")" <"$file"
done < <(find . -name .tfcheck.hcl -not -path './fuzz/*' -not -path './target/*')

for folder in fixtures/regressions/*/; do
    for file in "$folder"*; do
        seed "$(basename "$folder")" "regression-$(basename "$file")" <"$file"
    done
done

for folder in "$corpus"/*/; do
    echo "$(basename "$folder"): $(find "$folder" -type f | wc -l) seeds"
done
