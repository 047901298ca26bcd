#!/usr/bin/env bash
# clang-format 19 on every source, the layers, then clang 19's thread roles and clang-tidy 19.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z '*.h' '*.hpp' '*.cpp' '*.c' | xargs -0 clang-format-19 --dry-run -Werror
python3 tools/check_layers.py
cmake --preset tidy >/dev/null
cmake --build --preset tidy
