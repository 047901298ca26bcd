#!/usr/bin/env bash
# Runs every fuzz target for so many seconds each (default 60), on its kept corpus. A crash leaves its
# input in build/fuzz/crashes and ends with an error.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
mkdir -p build/fuzz/crashes
found=0
for target in build/fuzz/fuzz/*_fuzz; do
  name=$(basename "$target")
  mkdir -p "build/fuzz/corpus/$name"
  # What earlier runs found worth keeping; tests/property/fuzz_corpus_test.cpp runs the same.
  tools/fuzz_corpus.py unpack "tests/fuzz/corpus/$name.txt" "build/fuzz/corpus/$name" >/dev/null
  echo "== $name, $seconds s"
  "$target" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix=build/fuzz/crashes/ \
    -max_len=65536 "build/fuzz/corpus/$name" 2>&1 | grep -E 'stat::(number_of_executed_units|average)|ERROR|SUMMARY' || true
  [ "${PIPESTATUS[0]}" -eq 0 ] || { echo "$name failed" >&2; exit 1; }
  found=$((found + 1))
done
[ "$found" -gt 0 ] || { echo "no fuzz target was built" >&2; exit 1; }
[ -z "$(ls -A build/fuzz/crashes)" ] || { echo "crashes are in build/fuzz/crashes" >&2; exit 1; }
