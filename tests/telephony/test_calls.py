"""Whole calls with a real softphone: what is heard, and that keys, silence, hold and transfer do what they should."""

import asyncio
from pathlib import Path

import pytest

from tests.conftest import Assistant
from tests.telephony.conftest import Expected, RunningLine
from tests.telephony.courses import NUMBERS, Recording, Sounds, end_of, hold_calls
from tests.telephony.hearing import RATE, SILENT_DB, hears, hears_end, likeness, loudness, share_of_tone
from tests.telephony.softphone import TONE


@pytest.fixture(scope="module")
def sounds(assistant: Assistant, line: RunningLine) -> Sounds:
    """What each turn of the courses should sound like."""
    turns = {}
    call = Expected(assistant, line.prompts)
    turns["opening"] = call.sounds()
    turns["rights"] = call.press("1").sounds()
    turns["erasure"] = call.press("1").sounds()
    turns["address"] = call.press("2").sounds()
    turns["adviser"] = call.press("0").sounds()
    turns["no adviser"] = call.then("transfer_failed").sounds()
    call.end()
    for event, name in (("noinput", "silence"), ("nomatch", "wrong")):
        call = Expected(assistant, line.prompts)
        for number in (1, 2, 3):
            turns[f"{name} {number}"] = call.then(event).sounds()
        call.end()
    return Sounds(turns)


@pytest.fixture(scope="module")
def held(line: RunningLine, sounds: Sounds, softphone_port: int) -> dict[str, Recording]:
    """All calls, held at once."""
    return asyncio.run(hold_calls(line.uri, sounds, softphone_port))


def test_a_key_during_the_opening_does_not_stop_it(held: dict[str, Recording], sounds: Sounds) -> None:
    call = held["whole"]
    assert hears_end(call.heard, sounds["opening"][0])
    # Nor does it count afterwards: what the keys do is told all the same.
    assert hears(call.heard, sounds["opening"][1])


def test_a_key_stops_the_prompt_and_another_begins(held: dict[str, Recording], sounds: Sounds) -> None:
    call = held["whole"]
    for pressed, interrupted in (
        ("rights", "opening"),
        ("erasure", "rights"),
        ("address", "erasure"),
        ("adviser", "address"),
    ):
        after = call.heard[int(call.moments[pressed] * RATE) :]
        assert hears(after, sounds[pressed][0]), pressed
        # The rest of what was interrupted was thrown away.
        assert not hears_end(after, sounds[interrupted][-1]), pressed


def test_the_address_is_said_line_by_line_and_again(held: dict[str, Recording], sounds: Sounds) -> None:
    call = held["whole"]
    first = call.heard[int(call.moments["address"] * RATE) : int(call.moments["repeat"] * RATE)]
    starts = []
    for number, line_of_address in enumerate(sounds["address"]):
        alike, second = likeness(first, line_of_address)
        assert alike > 0.75, f"line {number}"
        starts.append(second)
    assert starts == sorted(starts)
    assert hears(call.heard[int(call.moments["repeat"] * RATE) :], sounds["address"][1])


@pytest.mark.parametrize("name", ["whole", "silent", "wrong"])
def test_a_transfer_reaches_the_advisers_telephone(held: dict[str, Recording], sounds: Sounds, name: str) -> None:
    call = held[name]
    assert hears(call.heard, sounds["adviser"][-1])
    assert call.closed_by_line
    assert len(call.of_adviser) > RATE // 2
    assert share_of_tone(call.of_adviser[-RATE // 2 :], TONE) > 0.9
    assert share_of_tone(call.heard[-RATE:], TONE) < 0.1


def test_three_silences_lead_to_an_adviser(held: dict[str, Recording], sounds: Sounds) -> None:
    call = held["silent"]
    seconds = [likeness(call.heard, sounds[f"silence {number}"][0]) for number in (1, 2, 3)]
    assert all(alike > 0.75 for alike, _ in seconds)
    assert [second for _, second in seconds] == sorted(second for _, second in seconds)


def test_the_line_is_silent_while_it_waits(held: dict[str, Recording], sounds: Sounds) -> None:
    call = held["silent"]
    _, said = likeness(call.heard, sounds["silence 1"][0])
    asked = end_of(call.heard[: int(said * RATE)], sounds["opening"][-1])
    waited = call.heard[int((asked + 0.2) * RATE) : int((said - 0.2) * RATE)]
    assert len(waited) > RATE
    assert loudness(waited) < SILENT_DB
    # And what was said before is as loud as telephone speech.
    assert -30 < loudness(call.heard[int((asked - 3) * RATE) : int(asked * RATE)]) < -10


def test_three_wrong_keys_lead_to_an_adviser(held: dict[str, Recording], sounds: Sounds) -> None:
    call = held["wrong"]
    for number in (1, 2, 3):
        assert hears(call.heard[int(call.moments[f"wrong {number}"] * RATE) :], sounds[f"wrong {number}"][0])


def test_a_hold_stops_the_prompt_and_it_goes_on_after_it(held: dict[str, Recording], sounds: Sounds) -> None:
    call = held["hold"]
    during = call.heard[int(call.moments["held"] * RATE) : int(call.moments["resumed"] * RATE)]
    assert loudness(during) < SILENT_DB
    after = call.heard[int(call.moments["resumed"] * RATE) :]
    assert hears_end(after, sounds["opening"][0])
    assert not hears(after, sounds["opening"][0])


def test_keys_may_come_as_sip_info(held: dict[str, Recording], sounds: Sounds) -> None:
    assert hears(held["info"].heard, sounds["rights"][0])


def test_an_adviser_who_does_not_answer_leaves_the_caller_in_the_call(
    held: dict[str, Recording], sounds: Sounds
) -> None:
    assert hears(held["nobody"].heard, sounds["no adviser"][0])
    assert not len(held["nobody"].of_adviser)


def test_the_callers_number_is_written_nowhere(
    held: dict[str, Recording], line: RunningLine, assistant: Assistant, prompt_dir: Path
) -> None:
    assert len(held) == 6
    folders = [line.log.parent, prompt_dir] + ([assistant.run_dir.parent] if assistant.run_dir else [])
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert line.log in files
    assert line.logged().count("answered") >= len(held)
    for path in files:
        assert NUMBERS.encode() not in path.read_bytes(), path
