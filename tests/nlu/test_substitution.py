"""Words take the place of others, and leave what stands around them as it is."""

import random

import pytest

from nlu.substitution import Table


def test_a_substitution_keeps_the_capital_and_leaves_placeholders_alone() -> None:
    table = Table({"mon numero": ["mon num"], "telephone": ["tel"]})
    assert table.apply("Mon numéro : [telephone], Téléphone", 1, random.Random(0)) == "Mon num : [telephone], Tel"


@pytest.mark.parametrize("text", ["Rien à changer.", "[numero]", "mon [telephone]", ""])
def test_a_text_that_a_table_says_nothing_of_stays(text: str) -> None:
    assert Table({"numero": ["num"], "telephone": ["tel"]}).apply(text, 1, random.Random(0)) == text


def test_one_substitution_is_made_at_least() -> None:
    table = Table({"mes": ["mé"], "donnees": ["doné"]})
    made = {table.apply("Mes données", 0, random.Random(draw)) for draw in range(20)}
    assert made == {"Mé données", "Mes doné"}
