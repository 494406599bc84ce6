#!/bin/sh
# evaluate.sh: measure everything that may be measured at any time, and write docs/evaluation.md. Cross-validation and the
# contenders' training take many minutes the first time; what was computed for the same data and code is kept.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/setup.sh gateway rasa evaluation
scripts/node_modules.sh evaluation/contenders/node
scripts/train.sh

export PYTHONPATH="$PWD" RASA_TELEMETRY_ENABLED=false SQLALCHEMY_SILENCE_UBER_WARNING=1 TF_CPP_MIN_LOG_LEVEL=3
export PYTHONWARNINGS=ignore LOG_LEVEL=WARNING
errors=.cache/evaluation/errors.txt
mkdir -p .cache/evaluation
started=$(date +%s)

# stage NAME PYTHON MODULE
stage() {
    say "== $1 ($(($(date +%s) - started)) s)"
    # Rasa's libraries warn of newer Pythons whatever they are told.
    ".venvs/$2/bin/python" -m "evaluation.$3" 2>"$errors" || {
        tail -n 30 "$errors" >&2
        fail "evaluation.$3 failed: the reason is in the lines above. What was measured before it is kept; the report\
 was not written."
    }
}

stage "Cross-validation of the training sentences" rasa crossvalidation
stage "What a threshold buys" rasa tradeoff
stage "Time to understand a message" rasa latency
stage "Development conversations, held with the running assistant" evaluation conversations
stage "Other classifiers, side by side" evaluation contenders.compare
stage "Report" evaluation report
