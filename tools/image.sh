#!/usr/bin/env bash
# Builds the Dockerfile without a registry and runs what came out:
#   tools/image.sh FOLDER [OPTIONS...]     as root; the options are buildah's, for the build
# The base is made by debootstrap; buildah keeps everything in FOLDER, the base for the next time.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
base=localhost/bookworm:min
store=(buildah --storage-driver vfs --root "$folder/store" --runroot "$folder/run")

if ! "${store[@]}" images -q "$base" >/dev/null 2>&1; then
  "$root/tools/clean_root.sh" "$folder/base.tar"
  from=$("${store[@]}" from scratch)
  "${store[@]}" add -q "$from" "$folder/base.tar" / >/dev/null
  "${store[@]}" commit -q "$from" "$base" >/dev/null
  "${store[@]}" rm "$from" >/dev/null
fi
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
"${store[@]}" bud --isolation chroot --build-arg BASE="$base" \
  --build-arg SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" \
  --build-arg CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-}" "${@:2}" -t localhost/gannet:latest "$root"

# The image's own entry point and user: a few seconds of trading in the simulator.
from=$("${store[@]}" from localhost/gannet:latest)
trap '"${store[@]}" rm "$from" >/dev/null' EXIT
"${store[@]}" run --isolation chroot --user gannet "$from" -- \
  gannetd --config /etc/gannet/gannet.toml --duration 5s --status --log none
