#!/bin/sh
# select.sh [OPTION...]: compare variants of the classifier, encoders among them, and keep the result in
# evaluation/selection.json, which the report shows. Takes an hour or two; what was computed for the same data is kept.
# The options are those of `python -m evaluation.selection`: --folds N, --part N, --only NAME...
set -eu
cd "$(dirname "$0")/.."

scripts/setup.sh selection
exec .venvs/selection/bin/python -W ignore -m evaluation.selection --publish "$@"
