# Shared by the other scripts: where things are, and installing what is missing.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }

# The headers of the libraries that the module maps name.
build_packages=(libncursesw5-dev libcurl4-openssl-dev libyaml-dev libsqlite3-dev zlib1g-dev libzstd-dev libcrypt-dev)

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_packages NAME... - installs those that are missing, or says the one line to run.
need_packages() {
  local name missing=() command
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is not Debian or Ubuntu; install the equivalents of: $*"
    return 0
  fi
  for name in "$@"; do is_installed "$name" || missing+=("$name"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  command="apt-get update && apt-get install -y ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then
    say "installing ${missing[*]}"
    install_packages "${missing[@]}"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    say "installing ${missing[*]} with sudo"
    install_packages "${missing[@]}"
  elif command -v sudo >/dev/null; then
    die "packages are missing; run: sudo sh -c '$command'"
  else
    die "packages are missing; run as root: $command"
  fi
}

install_packages() {
  local as=()
  [ "$(id -u)" = 0 ] || as=(sudo -n)
  {
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update &&
      "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
  } >&2 || die "apt-get could not install $*"
}

need_swift() {
  command -v swift >/dev/null && return 0
  die "Swift 6.2 or newer is needed: see https://www.swift.org/install/linux/ (for example with swiftly: 'swiftly install latest')"
}

need_build_tools() {
  need_swift
  need_packages "${build_packages[@]}"
}
