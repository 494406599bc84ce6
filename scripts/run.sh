#!/bin/sh
# run.sh: everything that is to be there, then the whole assistant in the foreground.
set -eu
cd "$(dirname "$0")/.."

# First what can be refused at once: a port that is taken should not be learnt after ten minutes of installing.
scripts/setup.sh gateway
.venvs/gateway/bin/python -m supervisor --check
scripts/setup.sh rasa
scripts/train.sh
scripts/knowledge.sh
exec .venvs/gateway/bin/python -m supervisor --tethered
