#!/bin/sh
# phone.sh: the telephone line over SIP in the foreground, with the assistant behind it. An assistant that answers on PORT
# (or at GATEWAY_URL) is used; otherwise one is built and started here, and stopped with the line.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

scripts/setup.sh gateway
python=.venvs/gateway/bin/python
"$python" -m telephony --check
if [ -z "${TTS_COMMAND:-}" ] && ! espeak-ng --version >/dev/null 2>&1; then
    say "espeak-ng, which speaks the prompts, is missing: installing the system package"
    scripts/system_package.sh espeak-ng
fi

assistant=
line=
stop() {
    trap '' INT TERM HUP
    for process in $line $assistant; do kill -TERM "$process" 2>/dev/null || true; done
    for process in $line $assistant; do wait "$process" || true; done
    exit "$1"
}
trap 'stop 0' INT TERM HUP

if ! "$python" -m telephony --wait 0; then
    [ -z "${GATEWAY_URL:-}" ] || fail "No assistant answers at GATEWAY_URL ($GATEWAY_URL): start it there, or unset GATEWAY_URL."
    say "No assistant answers yet: starting one"
    "$python" -m supervisor --check
    scripts/setup.sh rasa
    scripts/train.sh
    scripts/knowledge.sh
    "$python" -m supervisor --tethered &
    assistant=$!
    until "$python" -m telephony --wait 5; do
        kill -0 "$assistant" 2>/dev/null || stop 1
    done
fi

"$python" -m telephony &
line=$!
while kill -0 "$line" 2>/dev/null; do
    [ -z "$assistant" ] || kill -0 "$assistant" 2>/dev/null || stop 1
    sleep 0.5
done
status=0
wait "$line" || status=$?
stop "$status"
