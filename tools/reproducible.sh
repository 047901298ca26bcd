#!/usr/bin/env bash
# Builds the last commit twice, in two folders of other names and depths, without ccache, and compares the
# packages byte by byte: tools/reproducible.sh FOLDER. Takes two compilations of the product; what it
# found stays in FOLDER/first.sha256 and FOLDER/second.sha256.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH CCACHE_DISABLE=1

pack() { # PLACE: packages of the last commit, unpacked and built there; their sums on standard output
  local place=$1
  rm -rf "$place" && mkdir -p "$place"
  git -C "$root" archive HEAD | tar -x -C "$place"
  cmake --preset release -S "$place" >"$place.log" 2>&1
  nice cmake --build "$place/build/release" --target product >>"$place.log" 2>&1
  "$place/tools/deb.sh" "$place/build/release" "$place/build/deb"
}

pack "$folder/one" >"$folder/first.sha256"
mkdir -p "$folder/another/place"
TZ=Asia/Tokyo LC_ALL=C pack "$folder/another/place/two" >"$folder/second.sha256"
if ! diff "$folder/first.sha256" "$folder/second.sha256"; then
  echo "The packages differ: unpack both and compare (dpkg-deb -R), in $folder" >&2
  exit 1
fi
echo "The same bytes from two places:"
cat "$folder/first.sha256"
rm -rf "$folder/one" "$folder/another"
