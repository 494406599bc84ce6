#!/bin/sh
# test.sh: everything, on a machine that has nothing yet. A stage that fails is remembered and the next ones still run, so
# that one run tells all; the last line of the output is the summary of the last tests.
set -u
cd "$(dirname "$0")/.."
. scripts/lib.sh

failed=
started=$(date +%s)

# stage NAME COMMAND...
stage() {
    name=$1
    shift
    say "== $name ($(($(date +%s) - started)) s)"
    if ! "$@"; then
        failed="$failed, $name"
        say "== FAILED: $name"
    fi
}

stage "set-up" scripts/setup.sh gateway-test rasa-test evaluation bench lint supply
[ -z "$failed" ] || exit 1 # nothing else can run; the sentence above says what to do
stage "system packages: chromium, for the browser test" scripts/chromium.sh
stage "system packages: espeak-ng and sipp, for the tests of the telephone line" \
    scripts/system_package.sh espeak-ng sip-tester
stage "system packages: PostgreSQL, Redis, RabbitMQ, nginx and Prometheus, for the tests of a cluster" \
    scripts/system_package.sh postgresql redis-server rabbitmq-server nginx-light prometheus
stage "npm packages, for the tests of the comparison and of accessibility" \
    scripts/node_modules.sh evaluation/contenders/node tests/axe tests/console/provider scripts/boosted
stage "formatting, linting and types" scripts/lint.sh
stage "knowledge base against the policies" scripts/check-knowledge.sh
stage "training" scripts/train.sh

# Beside the others: most of their time is waiting for servers. Told once those have ended.
mkdir -p .cache
log=$PWD/.cache/rasa-tests.log
say "== tests inside Rasa's environment, beside what follows ($(($(date +%s) - started)) s)"
.venvs/rasa/bin/python -m pytest -q $(scripts/test_folders.sh rasa) >"$log" 2>&1 &
rasa_tests=$!
trap 'kill "$rasa_tests" 2>/dev/null' EXIT
trap 'exit 1' HUP INT TERM

stage "tests of the gateway, the set-up and the running assistant" \
    .venvs/gateway/bin/python -m pytest -q $(scripts/test_folders.sh gateway)

say "== what the tests inside Rasa's environment found ($(($(date +%s) - started)) s)"
wait "$rasa_tests" || failed="$failed, tests inside Rasa's environment"
trap - EXIT
[ -z "$failed" ] || say "== Failed: ${failed#, }"
cat "$log"
[ -z "$failed" ]
