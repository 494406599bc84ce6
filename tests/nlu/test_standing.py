"""Names that decide nothing: denied, taken back, left open, past, another company's, or only asked about."""

import pytest

from nlu.gazetteer import Gazetteer
from nlu.mentions import interpret
from nlu.text import fold

GAZETTEER = Gazetteer.load()


def named(message: str, kind: str) -> list[str]:
    return [item.value for item in interpret(fold(message), GAZETTEER) if item.kind == kind]


@pytest.mark.parametrize(
    ("message", "offers"),
    [
        ("mobile euh non fixe", ["fixe"]),
        ("mobile, enfin non, fixe", ["fixe"]),
        ("mobile non box", ["internet"]),
        ("mobile plus box", ["mobile", "internet"]),
        ("non mobile seulement", ["mobile"]),
        ("le mobile et non la box", ["mobile"]),
        ("je n'ai plus la box", []),
        ("tout sauf la box, donc mobile", ["mobile"]),
        ("je n'ai jamais eu de box, mobile seulement", ["mobile"]),
        ("pas encore la fibre, j'ai le mobile", ["mobile"]),
        ("mob+box", ["mobile", "internet"]),
        ("je suis passé d'Open à la fibre", ["internet"]),
        ("avant Open, maintenant fibre", ["internet"]),
        ("plutôt la box que le mobile", ["internet"]),
        ("j'attends la fibre, pour l'instant mobile", ["mobile"]),
        ("j'ai résilié le fixe et gardé le mobile", ["mobile"]),
        ("forfait fibre", ["internet"]),
        ("plus de mobile, seulement la box", ["internet"]),
        ("box, je voulais dire mobile", ["mobile"]),
        ("je vous écris du portable mais c'est pour la box", ["internet"]),
        ("j'ai quitté l'Open pour la fibre", ["internet"]),
    ],
)
def test_what_is_denied_or_taken_back_decides_no_address(message: str, offers: list[str]) -> None:
    assert named(message, "offer") == offers


@pytest.mark.parametrize(
    "message",
    [
        "Open ou Internet, je ne sais plus",
        "c'est la box ou le mobile ?",
        "soit la box soit le mobile",
        "peut-être le mobile",
        "mobile je crois",
        "je pense que c'est la fibre",
        "la box mais je ne suis pas sûre",
        "pas sûr, mobile ?",
    ],
)
def test_between_two_offers_none_is_chosen_for_the_person(message: str) -> None:
    assert named(message, "offer") == []


@pytest.mark.parametrize(
    "message", ["c'est quoi OBS ?", "comment je sais si j'ai une Open ?", "je vais prendre la fibre bientôt"]
)
def test_an_offer_asked_about_or_to_come_is_not_held(message: str) -> None:
    assert named(message, "offer") == []


def test_a_past_offer_counts_only_where_no_other_stands_beside_it() -> None:
    assert named("j'ai résilié ma box", "offer") == ["internet"]
    assert named("j'ai résilié ma box, il me reste le mobile", "offer") == ["mobile"]


@pytest.mark.parametrize(
    ("message", "offers"),
    [
        ("mon mobile Digicel", []),
        ("ma box chez SFR", []),
        ("un mobile free et une box orange", ["internet"]),
        ("la box est chez SFR, le mobile chez Orange", ["mobile"]),
        ("Digicel mobile", []),
    ],
)
def test_another_company_s_line_is_no_offer_of_ours(message: str, offers: list[str]) -> None:
    assert named(message, "offer") == offers


@pytest.mark.parametrize(
    ("message", "countries"),
    [
        ("Mali, enfin non, Martinique", ["caraibe"]),
        ("j'ai une ligne en Guadeloupe et une autre au Mali", ["both"]),
        ("client orange en guadeloupe et au mali", ["both"]),
        ("j'étais au Mali, je suis en Guyane", ["caraibe"]),
        ("Mme Saint-Laurent", []),
        ("je m'appelle Saint-Martin", []),
        ("j'habite avenue du Mali", []),
        ("50 ml", []),
        ("après la réunion avec mon conseiller", []),
        ("ma ligne est à la Réunion", ["elsewhere"]),
    ],
)
def test_a_country_is_the_line_s_and_not_a_person_s_or_a_street_s_name(message: str, countries: list[str]) -> None:
    assert named(message, "country") == countries


def test_not_being_a_client_of_one_offer_is_not_being_no_client() -> None:
    assert named("je ne suis pas client mobile, je suis client Internet", "customer") == []
    assert named("je ne suis pas client", "customer") == ["none"]
