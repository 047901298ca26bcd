#!/usr/bin/env bash
# A minimal Debian 12 as an archive: tools/clean_root.sh FILE.tar (as root). Made once, kept afterwards.
set -euo pipefail

[ -s "$1" ] && exit 0
mkdir -p "$(dirname "$1")"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
debootstrap --variant=minbase --include=ca-certificates bookworm "$made" >"$1.log" 2>&1 ||
  { tail -n 20 "$1.log" >&2; exit 1; }
tar -C "$made" -cf "$1.part" .
mv "$1.part" "$1"
