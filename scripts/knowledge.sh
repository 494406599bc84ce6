#!/bin/sh
# knowledge.sh: check the knowledge base's content and build $RUN_DIR/kb.sqlite, when the content has changed since.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

run_dir=${RUN_DIR:-.run}
hash=$(content_hash policies_kb requirements/rasa.txt)
if [ -f "$run_dir/kb.sqlite" ] && stamped "$run_dir/kb.sha256" "$hash"; then exit 0; fi

mkdir -p "$run_dir"
chmod 700 "$run_dir"
findings=$(scripts/check-knowledge.sh 2>&1) || fail "$findings
The knowledge base was not published: the lines above tell what its content states that the policies do not bear."
long_step "Building the knowledge base" .venvs/rasa/bin/python -m policies_kb build --out "$run_dir/kb.sqlite" ||
    fail "The knowledge base could not be built: the reason is above."
printf '%s\n' "$hash" >"$run_dir/kb.sha256"
