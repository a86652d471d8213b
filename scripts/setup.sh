#!/bin/sh
# Sets up what the project's commands need: the npm packages of the lock file, and, on Debian or Ubuntu as root, the
# system packages that are missing. Elsewhere it says what is missing and goes on: what needs it then says so itself.
# Usage: scripts/setup.sh [npm] [engine] [packaging]
set -eu
cd "$(dirname "$0")/.."

setup_npm() {
  # npm writes this file last, so it is as old as the installation.
  if [ ! -e node_modules/.package-lock.json ] ||
    [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
    npm ci --no-audit --no-fund
    touch node_modules/.package-lock.json
  fi
}

# Pairs of a command and the Debian package that brings it.
engine_commands='buildah:buildah runc:runc mmdebstrap:mmdebstrap rpm:rpm tar:tar'
packaging_commands='dnf:dnf createrepo_c:createrepo-c rpmbuild:rpm dpkg-scanpackages:dpkg-dev shellcheck:shellcheck busybox:busybox unshare:util-linux podman:podman'

setup_system() {
  missing=''
  for pair in $1; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
  done
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    # A word of the list is a package name of this file's own.
    # shellcheck disable=SC2086
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; } >&2
  else
    echo "setup: not installed, and this is not Debian or Ubuntu as root:$missing" >&2
  fi
}

for what in "$@"; do
  case $what in
    npm) setup_npm ;;
    engine) setup_system "$engine_commands" ;;
    packaging) setup_system "$packaging_commands" ;;
    *) echo "setup: unknown: $what" >&2; exit 2 ;;
  esac
done
