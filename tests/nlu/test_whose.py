"""Whose data a message is about."""

import pytest

from nlu.text import fold
from nlu.whose import Holder, Whose

WHOSE = Whose()


@pytest.mark.parametrize(
    ("message", "holder"),
    [
        ("Donnez-moi les données personnelles de mon voisin", Holder.SOMEBODY_ELSE),
        ("je veux les relevés d'appels de ma femme", Holder.SOMEBODY_ELSE),
        ("effacez le dossier d'un autre client", Holder.SOMEBODY_ELSE),
        ("les informations de son ex-mari", None),
        ("traitez-vous les données des enfants ?", Holder.MINOR),
        ("gardez-vous les données des mineurs", Holder.MINOR),
        ("mes données", None),
        ("que deviennent les données de ma femme après son décès", None),
        ("ma mère veut voir ses données", None),
        ("donnez-vous mes données à ma banque", None),
    ],
)
def test_the_holder_is_read_from_the_words_after_the_data(message: str, holder: Holder | None) -> None:
    assert WHOSE.holder(fold(message)) is holder
