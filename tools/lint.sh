#!/usr/bin/env bash
# clang-format 19 on every source, the layers, then clang 19's thread roles and clang-tidy 19.
# Every finding of a step is shown; the first step with one ends the run.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "clang-format"
git ls-files -z '*.h' '*.hpp' '*.cpp' '*.c' | xargs -0 clang-format-19 --dry-run -Werror

echo "layers"
python3 tools/check_layers.py

# Planted violations: an error on each line marked "refused", and on no other.
echo "thread roles are checked"
planted=tests/lint/thread_role_violation.cpp
wanted=$(grep -n '// refused' "$planted" | cut -d: -f1)
found=$(clang++-19 -std=c++23 -fsyntax-only -I. -Wthread-safety -Werror -Wno-unused-function \
          "$planted" 2>&1 | sed -nE 's/^[^:]+:([0-9]+):[0-9]+: error: .*\[-Werror,-Wthread-safety.*/\1/p' | sort -nu || true)
if [ -z "$wanted" ] || [ "$wanted" != "$found" ]; then
  echo "$planted: refused should be lines" $wanted, but clang refuses: $found >&2
  exit 1
fi

echo "clang++ and clang-tidy"
cmake --preset tidy >/dev/null
# What is said about system headers is not shown, but clang-tidy counts it.
cmake --build --preset tidy -- -k 0 | sed -uE '/^[0-9]+ warnings generated\.$/d'
