#!/bin/sh
# lint.sh: formatting, linting, and types under both Pythons. Says everything that is wrong before it fails.
set -u
cd "$(dirname "$0")/.."

status=0
lint=.venvs/lint/bin
"$lint/ruff" format --quiet --check . || {
    echo "Some files are not formatted: make format"
    status=1
}
"$lint/ruff" check --quiet --output-format concise . || status=1

# The code that faces people, and the tests that run beside it.
"$lint/mypy" --python-executable .venvs/gateway/bin/python --cache-dir .cache/mypy-gateway \
    gateway observability telephony scripts $(scripts/test_folders.sh gateway) $(ls supervisor/*.py | grep -v -e _server) || status=1
# The code that measures, but for what of it runs inside Rasa and says so in its first lines.
in_rasa=$(grep -l -e '^Runs in \.venvs/rasa' -e '^Runs in \.venvs/bench' evaluation/*.py evaluation/*/*.py)
"$lint/mypy" --python-executable .venvs/evaluation/bin/python --cache-dir .cache/mypy-evaluation \
    $(ls evaluation/*.py evaluation/*/*.py | grep -vxF "$in_rasa") || status=1
# The code that runs inside Rasa.
"$lint/mypy" --python-executable .venvs/rasa/bin/python --python-version 3.10 --cache-dir .cache/mypy-rasa \
    policies_kb nlu actions server $in_rasa $(scripts/test_folders.sh rasa) \
    observability $(ls supervisor/*_server.py) || status=1
exit "$status"
