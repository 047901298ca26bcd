#!/usr/bin/env bash
# Packs a finished release build as Debian packages: tools/deb.sh BUILD OUTPUT [VERSION]
# The version is the project's; another may be given to try an upgrade. The same build and commit give
# the same bytes: no clock is read, and the build's own paths are not in it (cmake/packaging.cmake).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
output=$(cd "$2" && pwd)
version=${3:-$(sed -n 's/^project(gannet VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")}
: "${SOURCE_DATE_EPOCH:=$(git -C "$root" log -1 --format=%ct 2>/dev/null || stat -c %Y "$root/CHANGELOG.md")}"
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C.UTF-8

stage=$output/stage/gannet
rm -rf "$output/stage" "$output"/gannet*.deb
mkdir -p "$stage"
cp -r "$root/deploy/debian" "$stage/debian"
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$(date -u -R -d "@$SOURCE_DATE_EPOCH")/" \
  "$stage/debian/changelog.in" >"$stage/debian/changelog"
rm "$stage/debian/changelog.in"
umask 022
(cd "$stage" && BUILD=$build VERSION=$version debian/rules binary) >"$output/deb.log" 2>&1 ||
  { tail -n 30 "$output/deb.log" >&2; exit 1; }
mv "$output/stage"/gannet*.deb "$output/"
rm -rf "$output/stage"
(cd "$output" && sha256sum gannet*.deb)
