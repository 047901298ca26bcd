#!/usr/bin/env bash
# Installs what Gannet's build and tests need on Debian 12, and only what is missing. Root or sudo is
# asked for only then. Second runs touch no network.
set -euo pipefail

packages=(
  g++ cmake ninja-build make git ccache mold pkg-config ca-certificates python3 zstd
  libboost1.81-dev libssl-dev libsimdjson-dev libspdlog-dev libfmt-dev libconcurrentqueue-dev
  libreaderwriterqueue-dev libgtest-dev libgmock-dev libbenchmark-dev libtomlplusplus-dev
  libcli11-dev libsystemd-dev libzstd-dev libsqlite3-dev valgrind prometheus-cpp-dev
  libcurl4-openssl-dev
)
case "${1:-build}" in
  build) ;;
  lint) packages+=(clang-19 clang-tidy-19 clang-format-19) ;;
  fuzz) packages+=(clang-19 libclang-rt-19-dev libfuzzer-19-dev) ;;
  service) packages+=(debootstrap systemd-container) ;;
  deb) packages+=(debhelper dpkg-dev lintian debootstrap buildah) ;;
  *) echo "usage: tools/setup.sh [build|lint|fuzz|service|deb]" >&2; exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$state" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "These packages are missing and need root: ${missing[*]}" >&2; exit 3; }
  as_root=(sudo)
fi
log=$(mktemp); trap 'rm -f "$log"' EXIT
run() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >>"$log" 2>&1 || { tail -n 30 "$log" >&2; exit 3; }; }
run apt-get update -qq
run apt-get install -y -qq --no-install-recommends "${missing[@]}"
