"""What a message says that it does not ask is cut off; a wish that only sounds like it is not."""

from pathlib import Path

import pytest
import yaml

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


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    content = yaml.safe_load(CONTENT.read_text("utf-8"))
    del content["wishes"]
    path = tmp_path / "contrast.yml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    with pytest.raises(KeyError, match="wishes"):
        Contrast(path)
