#!/bin/sh
# lock.sh: write the lock files again from the *.in files. Versions already locked stay unless an *.in file forbids them;
# to take newer ones, remove the lock file first.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/uv.sh
provide_uv

# lock PYTHON NAME [OPTION...]
lock() {
    python=$1
    name=$2
    shift 2
    long_step "Locking requirements/$name.txt" "$UV" pip compile --quiet --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --python-version "$python" "$@" \
        "requirements/$name.in" --output-file "requirements/$name.txt"
}

lock 3.10 rasa
lock 3.10 rasa-test
lock 3.10 bench
lock 3.12 gateway --universal
lock 3.12 gateway-test --universal
lock 3.12 lint --universal
lock 3.12 supply --universal
lock 3.12 evaluation --universal
# Its main versions are those of rasa.txt, named in the *.in file; what else it locks is taken anew.
lock 3.10 selection --upgrade
lock 3.8 tools --universal
