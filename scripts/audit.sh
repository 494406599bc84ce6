#!/bin/sh
# audit.sh [LOCK...]: whether any locked version is known to be vulnerable, by the OSV database; every lock file unless
# some are named. OSV_URL is another address that answers as OSV's /v1/query does, for a network with a mirror of it.
# Exit status: 0 nothing known, 1 vulnerable versions, 2 it could not be found out. Names and versions are all that is sent.
set -u
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/setup.sh supply || exit 2
[ $# -gt 0 ] || set -- requirements/*.txt
report=$(mktemp) || exit 2
trap 'rm -f "$report" "$report.log"' EXIT
vulnerable=
for lock in "$@"; do
    say "$lock"
    # Without a table and with an error, the service was not heard to the end: nothing is known then, not even in part.
    : >"$report"
    if ! .venvs/supply/bin/pip-audit --disable-pip --strict --require-hashes --progress-spinner off --timeout 15 \
        --vulnerability-service osv ${OSV_URL:+--osv-url "$OSV_URL"} --format columns --output "$report" \
        --requirement "$lock" 2>"$report.log"; then
        if [ -s "$report" ]; then
            vulnerable=1
        else
            tail -n 1 "$report.log" >&2
            say "NOT CHECKED: the vulnerability service gave no answer for $lock, so nothing is known about these versions." >&2
            say "Check the network or HTTPS_PROXY, or name a mirror (OSV_URL=… make audit), then run the same command again." >&2
            exit 2
        fi
    fi
    cat "$report"
done
[ -z "$vulnerable" ] || fail "Locked versions are known to be vulnerable: docs/hardening.md says what to do."
say "No known vulnerability in any of the locked versions."
