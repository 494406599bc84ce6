"""What a message says that it does not ask is cut off; a wish that only sounds like it is not."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nlu.contrast import CONTENT, Contrast, contrast
from nlu.text import fold


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Je ne veux PAS les supprimer, juste les corriger", "les corriger"),
        ("je veux pas effacer mais rectifier mon nom", "rectifier mon nom"),
        ("Pas combien de temps, mais comment vous les protégez", "comment vous les protegez"),
        ("cl veut pas s'opposer, veut la liste des tiers", "veut la liste des tiers"),
        ("Inutile de les modifier, effacez-les", "effacez-les"),
        ("gel des données, pas suppression", "gel des donnees"),
        ("je sais déjà qui les reçoit, je demande dans quel pays", "je demande dans quel pays"),
        ("Bonjour, non, pas la durée : la sécurité", "bonjour non la securite"),
        ("une limitation et non une suppression", "une limitation"),
    ],
)
def test_what_is_set_aside_is_cut_off(text: str, left: str) -> None:
    assert contrast().left(fold(text)) == left


@pytest.mark.parametrize(
    "text",
    [
        "Combien de temps gardez-vous mes données ?",
        "je ne veux plus de publicité, arrêtez tout",  # « plus » asks for an end
        "Je ne me souviens pas de vous avoir donné mon numéro, d'où sort-il ?",
        "Pas de publicité",  # nothing else is said
        "je ne veux pas, ok",  # what is left is no word
        "",
    ],
)
def test_what_sets_nothing_aside_is_left_whole(text: str) -> None:
    assert contrast().left(fold(text)) is None


CONTENTS = yaml.safe_load(CONTENT.read_text("utf-8"))
SETS_ASIDE = [
    *CONTENTS["beginnings"],
    *CONTENTS["phrases"],
    *(f"{wish} (?:surtout )?(?:pas|rien)" for wish in CONTENTS["wishes"]),
]


@pytest.mark.parametrize("phrase", SETS_ASIDE)
@given(data=st.data())
def test_whatever_sets_something_aside_holds_a_sign(phrase: str, data: st.DataObject) -> None:
    said = data.draw(st.from_regex(rf"\A(?:{phrase})\Z", alphabet=st.characters(codec="ascii")))
    assert any(word.startswith(tuple(CONTENTS["signs"])) for word in re.findall(r"\w+", said))


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    content = yaml.safe_load(CONTENT.read_text("utf-8"))
    del content["wishes"]
    path = tmp_path / "contrast.yml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    with pytest.raises(KeyError, match="wishes"):
        Contrast(path)
