#!/bin/sh
# sbom.sh [FOLDER [ENVIRONMENT...]]: what is run, as CycloneDX documents: one for each environment (gateway and rasa unless
# some are named), from its lock file, with every hash. The same lock files give the same bytes. FOLDER is .cache/sbom.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/setup.sh supply
folder=${1:-.cache/sbom}
mkdir -p "$folder"
[ $# -gt 1 ] && shift || set -- gateway rasa
for environment in "$@"; do
    .venvs/supply/bin/cyclonedx-py requirements --output-reproducible --spec-version 1.6 --output-format JSON \
        --output-file "$folder/$environment.cdx.json" "requirements/$environment.txt" ||
        fail "The list of $environment's packages could not be made: the reason is above."
    say "$folder/$environment.cdx.json"
done
