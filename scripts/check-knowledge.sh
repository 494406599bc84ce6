#!/bin/sh
# check-knowledge.sh: refuse content that the policies do not bear, as on the day its notices were last checked. Whether a
# notice has expired since is no matter of the content: the running assistant leaves it out, and /health says so.
set -eu
cd "$(dirname "$0")/.."

reviewed=$(sed -n 's/^ *checked_on: *\([0-9-]*\).*/\1/p' policies_kb/notices.yml | sort | tail -n 1)
exec .venvs/rasa/bin/python -m policies_kb check --on "$reviewed"
