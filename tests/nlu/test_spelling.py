"""Hurried spelling, read as what it stands for."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nlu.spelling import CONTENT, Spelling
from nlu.text import fold

SPELLING = Spelling()


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("koman efacé", "comment effacer"),
        ("a ki vs donnez mes donner", "a qui vous donnez mes donnees"),
        ("qui donne l'accès ?", "qui donne l'acces ?"),
        ("pk vs gardez", "pourquoi vous gardez"),
        ("les finalités autres que l'exécution du contrat", "les finalites horscontrat"),
        ("en dehors du contrat", "horscontrat"),
        ("les finalités du contrat", "les finalites du contrat"),
    ],
)
def test_a_message_is_read_as_it_is_meant(message: str, read: str) -> None:
    assert SPELLING.read(fold(message)) == read


PHRASES = yaml.safe_load(CONTENT.read_text("utf-8"))["phrases"].values()


@pytest.mark.parametrize(("holds", "said"), [(phrase["holds"], said) for phrase in PHRASES for said in phrase["said"]])
@given(data=st.data())
def test_every_way_to_say_a_phrase_holds_its_letters(holds: str, said: str, data: st.DataObject) -> None:
    assert holds in data.draw(st.from_regex(rf"\A(?:{said})\Z", alphabet=st.characters(codec="ascii")))


def test_reading_twice_changes_nothing_more() -> None:
    once = SPELLING.read(fold("cmt efacé mes doné hors contrat svp"))
    assert SPELLING.read(once) == once
