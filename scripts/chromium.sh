#!/bin/sh
# chromium.sh: a Chromium for the browser test; nothing when there is one.
set -eu
cd "$(dirname "$0")/.."

for browser in chromium chromium-browser google-chrome; do
    if "$browser" --version >/dev/null 2>&1; then exit 0; fi
done
exec scripts/system_package.sh chromium
