#!/bin/sh
# test_folders.sh rasa|gateway: the folders of tests that run in that environment, one a line. Whatever is not about code
# that runs inside Rasa runs beside the gateway, so no folder is left out.
set -eu
cd "$(dirname "$0")/.."

for folder in tests/*/; do
    folder=${folder%/}
    case $folder in
    tests/__pycache__) continue ;;
    tests/policies_kb | tests/replies | tests/nlu | tests/actions | tests/server) environment=rasa ;;
    *) environment=gateway ;;
    esac
    if [ "$environment" = "$1" ] && [ -n "$(find "$folder" -name '*.py')" ]; then printf '%s\n' "$folder"; fi
done
