#!/bin/sh
# setup.sh gateway|rasa|gateway-test|rasa-test|lint...: the environments, built by uv from hash-locked requirements.
# An environment whose lock files have not changed since it was built is left alone.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/uv.sh

DISK_MB=5000   # both environments, uv's cache and one model
MEMORY_MB=3000 # the running assistant and a browser beside it

check_machine() {
    free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
    [ "$free_mb" -ge "$DISK_MB" ] ||
        fail "Only $free_mb MB are free on this disk and about $DISK_MB MB are needed: make room, then run the same command again."
    memory_mb=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null || true)
    [ "${memory_mb:-$MEMORY_MB}" -ge "$MEMORY_MB" ] ||
        fail "This machine has $memory_mb MB of memory and Rasa needs $MEMORY_MB MB: give it more, or use another machine."
}

# environment NAME LOCK... -- PYTHON-VERSION...
environment() {
    name=$1
    shift
    locks=
    while [ "$1" != -- ]; do
        locks="$locks requirements/$1.txt"
        shift
    done
    shift
    folder=.venvs/$name
    hash=$(content_hash $locks)
    if stamped "$folder/.installed" "$hash"; then return; fi
    # What the tests added is no reason to build again for a run.
    tested="requirements/$name.txt requirements/$name-test.txt"
    if [ "$locks" = " requirements/$name.txt" ] && [ -f "requirements/$name-test.txt" ] &&
        stamped "$folder/.installed" "$(content_hash $tested)"; then return; fi
    check_machine
    provide_uv
    if ! "$folder/bin/python" -c '' 2>/dev/null; then
        provide_python "$@"
        say "Making the environment $folder with $PYTHON"
        rm -rf "$folder"
        "$UV" venv --quiet --no-project --python "$PYTHON" "$folder"
    fi
    rm -f "$folder/.installed"
    long_step "Installing the packages of $folder ($(cat $locks | grep -c '^[a-z].*==') locked)" \
        "$UV" pip sync --quiet --require-hashes --python "$folder/bin/python" $locks || fail "The packages could not be installed.\
 If the lines above speak of a connection, check the network, HTTPS_PROXY, or the package index set for pip or uv,\
 then run the same command again: what has been downloaded is kept."
    printf '%s\n' "$hash" >"$folder/.installed"
}

for wanted in "$@"; do
    case $wanted in
    rasa) environment rasa rasa -- 3.10 ;;
    gateway) environment gateway gateway -- 3.13 3.12 3.14 ;;
    rasa-test) environment rasa rasa rasa-test -- 3.10 ;;
    gateway-test) environment gateway gateway gateway-test -- 3.13 3.12 3.14 ;;
    evaluation) environment evaluation evaluation -- 3.13 3.12 3.14 ;;
    bench) environment bench bench -- 3.10 ;;
    selection) environment selection selection -- 3.10 ;;
    lint) environment lint lint -- 3.13 3.12 3.14 ;;
    supply) environment supply supply -- 3.13 3.12 3.14 ;;
    *) fail "setup.sh: there is no environment “$wanted”." ;;
    esac
done
