"""The figures of conversations, on conversations made by hand."""

from typing import Any

import pytest

from evaluation.figures import share
from evaluation.held import Held, Turn, failures, summary


def turn(*broken: str, **expected: Any) -> Turn:
    """A turn that was answered, of which the case expects `expected`, and which breaks `broken` of it."""
    return Turn("Bonjour", expected, "answered", frozenset(), "Une réponse.", broken, ())


def shown_with(contacts: tuple[str, ...], expected: dict[str, Any]) -> Turn:
    """A turn that shows `contacts`."""
    return Turn("Où écrire ?", expected, "answered", frozenset(contacts), "Ici.", (), ())


def held(name: str, *turns: Turn, file: str = "plain", tags: tuple[str, ...] = ("single",)) -> Held:
    return Held(name, file, tags, turns)


def test_a_conversation_is_right_when_all_its_replies_are() -> None:
    found = summary(
        [
            held("a", turn()),
            held("b", turn(), turn("status"), file="sms", tags=("multi", "sms")),
        ]
    )
    assert found["conversations"] == share(1, 2)
    assert found["turns"] == share(2, 3)
    assert found["files"] == {"plain": share(1, 1), "sms": share(0, 1)}
    assert found["tags"] == {"multi": share(0, 1), "single": share(1, 1), "sms": share(0, 1)}
    assert found["failed"] == ["b"]


@pytest.mark.parametrize(
    ("shown", "expected", "wrong"),
    [
        (("caraibe.jarry",), {"contacts": ["caraibe.jarry"]}, 0),
        (("caraibe.jarry",), {"contacts": []}, 1),
        (("caraibe.jarry", "mali.phone"), {"contacts": ["caraibe.jarry"]}, 1),
        # One that is missing is a mistake, but shows nobody a wrong address.
        ((), {"contacts": ["caraibe.jarry"]}, 0),
        (("caraibe.jarry",), {}, 0),
    ],
)
def test_a_contact_is_wrong_where_it_is_shown_and_not_expected(
    shown: tuple[str, ...], expected: dict[str, Any], wrong: int
) -> None:
    assert summary([held("a", shown_with(shown, expected))])["wrong_contacts"] == wrong


def test_refusals_are_judged_where_only_a_refusal_is_right() -> None:
    def answering(status: str, *expected: str) -> Held:
        return held("a", Turn("…", {"status": list(expected)}, status, frozenset(), "", (), ()))

    found = summary(
        [
            answering("out_of_scope", "out_of_scope"),
            answering("not_in_policy", "out_of_scope", "not_in_policy"),
            answering("answered", "not_in_policy"),
            answering("clarify", "out_of_scope"),
            answering("out_of_scope", "answered", "out_of_scope"),
            answering("out_of_scope", "answered"),
            answering("unsupported_language", "clarify"),
            answering("answered", "answered"),
        ]
    )["refused"]
    assert found == {"right": share(2, 4), "answered": 1, "wrongly": share(2, 4)}


def test_a_reply_that_is_not_grounded_is_counted() -> None:
    loose = Turn("…", {}, "answered", frozenset(), "", ("not in mali: …",), ("not in mali: …",))
    assert summary([held("a", loose, loose), held("b", turn())])["not_grounded"] == 2


def test_a_turn_counts_for_the_topic_named_first() -> None:
    found = summary([held("a", turn(topic=["dpo", "exercise"]), turn("x", topic=["dpo"]), turn())])
    assert found["topics"] == {"dpo": share(1, 2)}


def test_failures_list_what_went_wrong_and_nothing_else() -> None:
    bad = turn("status clarify")
    wrong = Turn("Où écrire ?", {"contacts": []}, "answered", frozenset({"mali.phone"}), "Ici.", ("contacts",), ())
    listed = failures([held("good", turn()), held("bad", bad), held("worse", wrong)])
    assert "good" not in listed
    assert "bad  [single]" in listed
    assert "status clarify" in listed
    assert "WRONG CONTACT: mali.phone" in listed
