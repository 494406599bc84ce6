"""What the names in a message say together: one country, the offers, the situation."""

import pytest

from nlu.gazetteer import Gazetteer
from nlu.mentions import LINE, PLACE, interpret, is_only_information
from nlu.text import fold

GAZETTEER = Gazetteer.load()


def said(text: str) -> list[tuple[str, str]]:
    return [(item.kind, item.value) for item in interpret(fold(text), GAZETTEER)]


def informs(text: str) -> bool:
    folded = fold(text)
    return is_only_information(folded, interpret(folded, GAZETTEER), GAZETTEER)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pas la box, le mobile", [("offer", "mobile")]),
        ("le mobile, pas la box", [("offer", "mobile")]),
        ("non, pas au Mali, en Guadeloupe", [("country", "caraibe")]),
        ("je n'ai plus la box", [("customer", "not_internet")]),
        ("ma ligne sans la fibre", [("customer", "not_internet")]),
        ("ni la box ni le fixe", [("customer", "not_internet"), ("customer", "not_fixe")]),
        ("pas Sosh", [("customer", "not_sosh")]),
        ("le mobile, pas la box, oui le mobile", [("offer", "mobile")]),
    ],
)
def test_what_is_negated_is_not_said(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text) == expected


def test_a_negation_that_is_about_something_else_does_not_reach_the_name() -> None:
    assert said("je ne comprends pas votre courrier, j'ai la box et le mobile") == [
        ("offer", "internet"),
        ("offer", "mobile"),
    ]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("J'habite à Paris mais ma ligne est en Guadeloupe", "caraibe"),
        ("J'habite en Martinique, ma ligne est au Mali", "mali"),
        ("je suis client au Mali, actuellement en Guyane", "mali"),
        ("Je vis à Bamako et je demande pour Cayenne", "caraibe"),
        ("Orange Mali, mais je suis parti en Guadeloupe", "mali"),
    ],
)
def test_the_country_is_that_of_the_line_not_that_of_the_person(text: str, country: str) -> None:
    assert said(text) == [("country", country)]


@pytest.mark.parametrize("text", ["la Guadeloupe et le Mali", "Orange Mali et Orange Caraïbe", "Bamako ou Cayenne ?"])
def test_two_countries_on_the_same_footing_are_both(text: str) -> None:
    assert said(text) == [("country", "both")]


@pytest.mark.parametrize(
    "text", ["en Guadeloupe, non au Mali, enfin les deux", "Guadeloupe, enfin non les deux", "les deux, Mali et Guyane"]
)
def test_both_said_after_a_correction_are_both(text: str) -> None:
    assert said(text) == [("country", "both")]


def test_two_names_of_one_country_are_that_country() -> None:
    assert said("en Guadeloupe, à Pointe-à-Pitre") == [("country", "caraibe")]


def test_a_country_without_a_policy_is_elsewhere() -> None:
    assert said("Et à la Réunion ?") == [("country", "elsewhere")]


@pytest.mark.parametrize(
    ("text", "role"), [("ma ligne est au Mali", LINE), ("j'habite au Mali", PLACE), ("et au Mali ?", "")]
)
def test_the_role_tells_a_line_from_a_place(text: str, role: str) -> None:
    (item,) = interpret(fold(text), GAZETTEER)
    assert item.role == role


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("Open (box et mobile)", ["open"]),
        ("la box et le mobile", ["internet", "mobile"]),
        ("Open et la télé", ["open", "tv"]),
        ("Open : portable, internet, télé", ["open"]),
        ("une offre Open (mobile, box et TV)", ["open"]),
        ("un mobile, enfin un mobile pro", ["mobile_entreprise"]),
        ("mobile, oui le mobile", ["mobile"]),
    ],
)
def test_offers_are_counted_as_the_contracts_that_they_are(text: str, offers: list[str]) -> None:
    assert said(text) == [("offer", offer) for offer in offers]


@pytest.mark.parametrize("text", ["hors OBS", "je ne suis pas chez OBS", "pas Orange Business Services"])
def test_not_to_be_a_business_services_customer_is_something_said(text: str) -> None:
    assert said(text) == [("customer", "not_obs")]


@pytest.mark.parametrize(
    ("text", "customer"),
    [
        ("je ne suis pas client", "none"),
        ("je ne suis plus chez Orange", "former"),
        ("je ne sais pas", "offer_unknown"),
        ("chez Sosh", "sosh"),
    ],
)
def test_a_situation_whose_name_holds_a_negation_is_said(text: str, customer: str) -> None:
    assert said(text) == [("customer", customer)]


def test_another_situation_that_is_negated_is_not_said() -> None:
    assert said("pas artisan") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("box ou mobile", [("customer", "maybe_internet"), ("customer", "maybe_mobile")]),
        ("peut-être le fixe", [("customer", "maybe_fixe")]),
        ("peut-être le fixe, non, le mobile", [("offer", "mobile")]),
    ],
)
def test_an_offer_that_is_only_possible_is_said_to_be_so(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("le premier", "choice_1"),
        ("la 2e svp", "choice_2"),
        ("les deux", "choice_all"),
        ("ni l'un ni l'autre", "choice_none"),
    ],
)
def test_an_answer_that_points_at_a_choice_is_found_where_nothing_else_is_said(text: str, choice: str) -> None:
    assert said(text) == [("customer", choice)]
    assert not informs(text)


@pytest.mark.parametrize("text", ["le premier courrier reçu", "les deux factures", "le premier, enfin le deuxième"])
def test_the_same_words_in_a_sentence_point_at_nothing(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "customers"),
    [
        ("ancien client mobile", ["former"]),
        ("j'ai résilié ma box", ["former"]),
        ("j'ai résilié ma box, il me reste le mobile", []),
        ("je suis de nouveau client", ["current"]),
    ],
)
def test_having_left_is_said_where_no_other_offer_is_held(text: str, customers: list[str]) -> None:
    assert [value for kind, value in said(text) if kind == "customer"] == customers


def test_another_company_is_told_apart() -> None:
    assert said("Digicel garde mes données ?") == [("company", "other")]


@pytest.mark.parametrize(
    "text",
    [
        "Guadeloupe",
        "Je suis en Martinique, merci",
        "pas la box, le mobile",
        "on est au Mali",
        "c'est pour un mobile pro en Guyane svp",
        "hors OBS",
        "je ne sais pas",
    ],
)
def test_a_message_that_only_informs_is_recognised(text: str) -> None:
    assert informs(text)


@pytest.mark.parametrize(
    "text",
    [
        "merci",
        "moi aussi",
        "Digicel",
        "Combien de temps gardez-vous les données en Guadeloupe ?",
        "supprimer ma ligne mobile",
        "",
    ],
)
def test_a_message_that_asks_or_says_nothing_does_not_inform(text: str) -> None:
    assert not informs(text)


@pytest.mark.parametrize(
    ("message", "role"),
    [
        ("je suis en vacances à Bamako", "visit"),
        ("je suis actuellement à Dakar", "visit"),
        ("je suis à Paris en ce moment", "visit"),
        ("en ce moment je suis à Paris mais ma ligne est à Cayenne", "line"),
        ("je suis en Martinique", "place"),
        ("j'ai habité à Bamako", "visit"),
        ("j'ai déménagé, j'habite à Bamako", "place"),
        ("mes photos du Mali", "visit"),
        ("mes fichiers du Mali", ""),
        ("vous envoyez mes données au Mali", "visit"),
        ("envoyer ma demande depuis le bureau de Kayes", ""),
        ("je m'appelle Awa, j'habite à Kayes", "place"),
        ("mon père vit à Kayes", "visit"),
        ("mon fils étudie à Kayes", "visit"),
        ("je suis à Kayes depuis un an et demi avec mes trois enfants et ma mère", "place"),
        ("la ligne de mon père à Kayes", "line"),
        ("la commune IV de Bamako", ""),
    ],
)
def test_a_place_only_passed_through_is_told_from_where_somebody_lives(message: str, role: str) -> None:
    found = interpret(fold(message), GAZETTEER)
    assert [item.role for item in found if item.kind == "country"] == [role]
