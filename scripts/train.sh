#!/bin/sh
# train.sh: train models/assistant.tar.gz, when what it is made of has changed since.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

# record MODEL: write the archive's own hash beside it; supervisor/model_file.py loads no other. In place at once.
record() (
    cd "$(dirname "$1")"
    sha256sum "$(basename "$1")" >"$(basename "$1").new"
    mv "$(basename "$1").new" "$(basename "$1").sha256"
)

# data/generated/ follows from the others, and data/README.md trains nothing.
hash=$(content_hash config.yml domain.yml data/nlu data/rules nlu requirements/rasa.txt)
if [ -f models/assistant.tar.gz ] && stamped models/assistant.sha256 "$hash"; then
    # Trained before hashes were recorded.
    [ -f models/assistant.tar.gz.sha256 ] || record models/assistant.tar.gz
    exit 0
fi

export PYTHONPATH="$PWD" RASA_TELEMETRY_ENABLED=false SQLALCHEMY_SILENCE_UBER_WARNING=1 TF_CPP_MIN_LOG_LEVEL=3
# What Rasa's old libraries say of newer Pythons helps nobody here; warnings about our own data still show.
export PYTHONWARNINGS=ignore::DeprecationWarning
export PYTHONWARNINGS=ignore::DeprecationWarning
# Rasa's own cache looks at a component's class and not at the modules it uses: everything is trained, nothing is kept.
export RASA_MAX_CACHE_SIZE=0 RASA_CACHE_DIRECTORY=.cache/rasa LOG_LEVEL=WARNING
long_step "Making variations of the training sentences" .venvs/rasa/bin/python -m nlu.variation ||
    fail "The variations could not be made: the reason is in the lines above. Nothing was replaced."
rm -rf models/new
mkdir -p models/new
# What Rasa would validate is tested (tests/nlu/test_training_data.py), and takes it a minute each time.
long_step "Training the assistant" \
    .venvs/rasa/bin/python -m rasa train --force --skip-validation --quiet --fixed-model-name assistant --out models/new ||
    fail "The training failed: its reason is in the lines above. Nothing was replaced."
record models/new/assistant.tar.gz
mv models/new/assistant.tar.gz models/new/assistant.tar.gz.sha256 models/
rmdir models/new
printf '%s\n' "$hash" >models/assistant.sha256
