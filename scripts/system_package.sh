#!/bin/sh
# system_package.sh PACKAGE...: install Debian or Ubuntu packages that are not there yet, as root or through sudo.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
by_hand="install$missing with this system's package manager, then run the same command again."
command -v apt-get >/dev/null || fail "There is no apt-get here: $by_hand"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || fail "System packages need root: $by_hand"
    as_root="sudo -n"
fi
export DEBIAN_FRONTEND=noninteractive
# Debian starts what it installs. The tests start servers of their own, and nobody asked for others on this machine: the
# policy (see policy-rc.d(8)) forbids it while this installs, unless the machine has one of its own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 0755 "$policy"
fi
long_step "Installing the system packages$missing" \
    sh -c "$as_root apt-get update -qq && $as_root apt-get install -qq -y --no-install-recommends$missing >/dev/null" ||
    fail "apt-get did not succeed (its reason is above): check the network, or $by_hand"
