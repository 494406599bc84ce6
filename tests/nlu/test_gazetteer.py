"""Names of countries, offers, situations and companies are found in what people write, and only when they are meant."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nlu.gazetteer import CONTENT, Gazetteer
from nlu.text import fold, letters

GAZETTEER = Gazetteer.load()
WRITTEN: dict[str, Any] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
GROUPS = ("countries", "offers", "customers", "choices", "companies")
NAMES = [(group, value, name) for group in GROUPS for value, names in WRITTEN[group].items() for name in names]


def found(text: str) -> list[tuple[str, str]]:
    return [(mention.group, mention.value) for mention in GAZETTEER.find(fold(text))]


def test_every_name_is_found_and_gives_its_value() -> None:
    assert {name: found(name) for group, value, name in NAMES if found(name) != [(group, value)]} == {}


def test_every_name_is_found_in_capitals_inside_a_sentence() -> None:
    # « voilà » touches no frame of `not_meant`.
    assert [
        name for group, value, name in NAMES if (group, value) not in found(f"Bonjour, voilà : {name.upper()}.")
    ] == []


@given(
    st.lists(st.sampled_from([name for _, _, name in NAMES] + ["590", "asso", "donnees", "a", "bamakoo"]), max_size=4)
)
def test_a_look_at_the_words_misses_no_name_spelt_right(words: list[str]) -> None:
    text = fold(" ".join(words))
    assert GAZETTEER.may_name(text, frozenset(letters(text))) or not GAZETTEER.find(text, with_slips=False)


def test_names_with_a_slip_are_found_or_left_out() -> None:
    assert GAZETTEER.find("en gadeloupe")
    assert not GAZETTEER.find("en gadeloupe", with_slips=False)


def test_a_name_is_found_at_its_place() -> None:
    text = "Ma ligne est à Saint‑Barthélemy, merci."
    (mention,) = GAZETTEER.find(fold(text))
    assert text[mention.start : mention.end] == "Saint‑Barthélemy"


@given(st.lists(st.sampled_from([name for _, _, name in NAMES] + [",", "et", "pas", "97139", "je"]), max_size=8))
def test_mentions_are_in_order_and_do_not_overlap(words: list[str]) -> None:
    mentions = GAZETTEER.find(fold(" ".join(words)))
    assert all(left.end <= right.start for left, right in pairwise(mentions))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("guadloup", "caraibe"),
        ("gadeloupe", "caraibe"),
        ("martinik", "caraibe"),
        ("martiniqe", "caraibe"),
        ("guyanne", "caraibe"),
        ("cayene", "caraibe"),
        ("bamakoo", "mali"),
        ("sikaso", "mali"),
    ],
)
def test_a_misspelt_country_is_found(text: str, value: str) -> None:
    assert found(f"je suis en {text}") == [("countries", value)]


@pytest.mark.parametrize("text", ["une remise", "les reines", "la politique", "les tables", "une pratique"])
def test_an_ordinary_word_is_no_misspelt_country(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mobiel", "mobile"),
        ("mon portabel", "mobile"),
        ("la livebxo", "internet"),
        ("interrnet", "internet"),
        ("la televisoin", "tv"),
        ("orange buusiness", "obs"),
        ("oragne business servces", "obs"),
        ("orange bisness", "obs"),
        ("opène", "open"),
        ("le fiks", "fixe"),
    ],
)
def test_a_misspelt_offer_is_found(text: str, value: str) -> None:
    assert found(text) == [("offers", value)]


@pytest.mark.parametrize(
    ("text", "value"), [("fort de frnace", "caraibe"), ("saint matrin", "caraibe"), ("bammako", "mali")]
)
def test_a_slip_in_a_name_of_several_words_or_in_a_short_one_is_read(text: str, value: str) -> None:
    assert found(text) == [("countries", value)]


@pytest.mark.parametrize(
    "text",
    [
        "vos services internes",
        "interne",
        "un usage immobile",
        "opens",
        "sans fixer",
        "dans mon intérêt",
        "de l'eau potable",
        "rester libre",
        "le décideur",
        "ce que j'ai entrepris",
        "des sociétés",
        "la république de Saint-Marin",
        "l'orange du business",
        "chercher mes données",
    ],
)
def test_a_word_close_to_an_offer_is_no_offer(text: str) -> None:
    assert [mention for mention in found(text) if mention[0] in ("offers", "countries")] == []


@pytest.mark.parametrize("text", ["jean@orange.ml", "mali@free.fr et mobile@orange.fr", "sur orange.ml", "50 ml"])
def test_nothing_is_read_in_an_address_or_a_measure(text: str) -> None:
    assert [mention for mention in found(text) if mention[0] != "companies"] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0690123456", "caraibe"),
        ("06 96 12 34 56", "caraibe"),
        ("05.94.12.34.56", "caraibe"),
        ("+596696123456", "caraibe"),
        ("+22376123456", "mali"),
        ("00223 76 12 34 56", "mali"),
    ],
)
def test_a_telephone_number_says_its_country(text: str, value: str) -> None:
    assert found(text) == [("countries", value)]


@pytest.mark.parametrize("text", ["0612345678", "06 12 34 56 78", "1234569612"])
def test_a_number_of_no_such_country_says_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["l'ambassade du Mali", "rue de la Guadeloupe", "je suis né à Kayes", "rien à voir avec le Mali"]
)
def test_a_country_in_the_name_of_something_else_is_not_meant(text: str) -> None:
    assert found(text) == []


def test_an_anonymous_company_is_nobody_s_and_that_of_an_offer_is_the_person_s() -> None:
    assert found("une société m'a démarché") == []
    assert found("une entreprise de démarchage") == []
    assert found("le fixe de la société") == [("offers", "fixe"), ("customers", "pro")]
    assert found("la box du magasin") == [("offers", "internet"), ("customers", "pro")]
    assert found("le magasin de Jarry") == [("countries", "caraibe")]


def test_what_is_not_meant_is_not_found() -> None:
    read: dict[str, str] = {}
    for value, frames in WRITTEN["not_meant"].items():
        group = next(group for group in GROUPS if value in WRITTEN[group])
        name = WRITTEN[group][value][0]
        read |= {frame: value for frame in frames if (group, value) in found(frame.format(name))}
    assert read == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mon abonnement internet", "internet"),
        ("le mobile de mon fils", "mobile"),
        ("mon téléphone fixe", "fixe"),
    ],
)
def test_the_same_word_is_found_where_it_is_meant(text: str, value: str) -> None:
    assert found(text) == [("offers", value)]


def test_a_frame_is_made_of_whole_words() -> None:
    assert found("vous donnez tout à Facebook") == []
    assert found("on retrouvera Facebook") == [("companies", "other")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("97110", "caraibe"),
        ("97200 Fort", "caraibe"),
        ("97300", "caraibe"),
        ("j'habite au 97150", "caraibe"),
        ("97410", "elsewhere"),
        ("97600", "elsewhere"),
    ],
)
def test_a_postcode_says_its_country(text: str, value: str) -> None:
    assert found(text) == [("countries", value)]


@pytest.mark.parametrize("text", ["971100", "le dossier 1297110", "97900"])
def test_another_number_is_no_postcode(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"), [("223", "mali"), ("le 223 !", "mali"), (" 590 ", "caraibe"), ("+223", "mali")]
)
def test_a_dialling_code_alone_says_its_country(text: str, value: str) -> None:
    assert found(text) == [("countries", value)]


def test_a_word_that_is_an_answer_alone_is_nothing_in_a_sentence() -> None:
    assert found("int") == [("offers", "internet")]
    assert found("réunion") == [("countries", "elsewhere")]
    assert found("en réunion avec une association") == []


def test_the_same_number_inside_a_sentence_says_nothing() -> None:
    assert found("l'article 223 du code") == []


def test_a_word_that_yaml_takes_for_a_truth_value_stays_a_word() -> None:
    assert "on" in GAZETTEER.fillers


def test_a_file_without_one_of_its_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gazetteer.yml"
    content = {part: names for part, names in WRITTEN.items() if part != "negators"}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(KeyError, match="negators"):
        Gazetteer.load(path)
