#!/bin/sh
# bench.sh [--quick]: how fast the assistant is, beside stock Rasa and the bare limit, in one run of about a quarter of an
# hour; writes docs/performance.md. Stock Rasa is trained first, once for the same data (up to an hour). With --quick a
# trial of minutes, whose figures and page stay in .cache/bench. The last line is JSON: the figures.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/setup.sh gateway rasa evaluation bench
.venvs/evaluation/bin/python -m evaluation.bench.measure "$@" ||
    fail "Nothing was written: the reason is in the lines above."
exec .venvs/evaluation/bin/python -m evaluation.bench.report "$@"
