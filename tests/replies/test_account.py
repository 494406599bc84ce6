"""What a person said of their line, in whatever order, gives the one address that is theirs, or none."""

import pytest

from policies_kb.base import KnowledgeBase
from policies_kb.replies.account import Need
from policies_kb.replies.conversation import UserTurn
from tests.replies.conversing import Talk, contacts, lost, said, tells

RIGHT = said("rights.erasure", country="caraibe")
JARRY, BORDEAUX, MONTAUBAN = {"caraibe.jarry"}, {"caraibe.bordeaux"}, {"caraibe.montauban"}
YES, NO = said("affirm", "oui"), said("deny", "non")


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([tells(offer="internet")], BORDEAUX),
        ([tells(offer="obs")], MONTAUBAN),
        ([tells(offer="internet"), tells(offer="mobile")], JARRY),
        ([tells(offer="internet"), tells(offer="mobile", customer="also")], JARRY | BORDEAUX),
        ([tells(customer="also", offer="open")], JARRY),
        # A professional: the address is that of the contract, which is asked.
        ([tells(offer="internet"), tells(customer="pro")], set()),
        ([tells(offer="internet"), tells(customer="pro"), tells(offer="obs")], MONTAUBAN),
        ([tells(offer="internet"), tells(customer="pro"), tells(offer="mobile_entreprise")], JARRY),
        ([tells(customer="pro"), tells(offer="internet")], set()),
        ([tells(customer="pro"), tells(offer="tv")], set()),
        ([tells(customer="pro"), tells(offer="mobile")], JARRY),
        ([tells(customer="pro"), tells(customer="not_obs")], set()),
        ([tells(customer="pro"), tells(customer="not_obs"), tells(offer="mobile")], JARRY),
        ([tells(customer="pro", offer="internet")], set()),
        ([tells(customer="pro", offer="internet"), YES], MONTAUBAN),
        ([tells(customer="pro", offer="internet"), said("affirm", "oui, notre livebox", offer="internet")], MONTAUBAN),
        ([tells(customer="pro", offer="internet"), NO], set()),
        ([tells(customer="pro", offer="internet"), said("deny", offer="mobile")], JARRY),
        ([tells(customer="pro", offer="internet"), said("deny", customer="private")], set()),
        ([tells(customer="pro", offer="internet"), said("deny", customer="private", offer="internet")], BORDEAUX),
        ([tells(customer="pro", offer=("internet", "mobile")), NO], JARRY),
        ([tells(customer=("pro", "not_obs"), offer=("internet", "fixe"))], set()),
        ([tells(offer=("obs", "internet"))], MONTAUBAN),
        ([tells(offer=("obs", "mobile"))], MONTAUBAN | JARRY),
        ([tells(offer="obs"), tells(customer="not_obs")], set()),
        ([tells(offer="obs"), tells(customer="not_obs"), tells(offer="internet")], set()),
        ([tells(offer="obs"), tells(customer="private", offer="internet")], BORDEAUX),
        ([tells(offer="internet"), tells(customer="private")], BORDEAUX),
        ([tells(offer="internet"), tells(customer="not_obs")], set()),
        # Sosh is a mobile or a box.
        ([tells(customer="sosh")], set()),
        ([tells(customer="sosh"), tells(offer="internet")], BORDEAUX),
        ([tells(customer="sosh", offer="mobile")], JARRY),
        ([tells(customer="pro"), tells(customer="sosh"), tells(offer="internet")], BORDEAUX),
        # Those whom no address is for.
        ([tells(customer="none")], set()),
        ([tells(customer="none"), tells(offer="mobile")], JARRY),
        ([tells(customer="none"), tells(customer="sosh"), tells(offer="mobile")], JARRY),
        ([tells(customer="former")], set()),
        ([tells(customer="former"), tells(offer="internet")], BORDEAUX),
        ([tells(customer="former", offer="mobile")], JARRY),
        ([tells(customer="offer_unknown")], set()),
        ([tells(customer="offer_unknown"), tells(offer="mobile")], JARRY),
        ([tells(customer="pro"), tells(customer="offer_unknown")], set()),
    ],
)
def test_the_order_of_what_is_said_decides_the_address(
    base: KnowledgeBase, messages: list[UserTurn], expected: set[str]
) -> None:
    assert contacts(Talk(base).say(RIGHT, *messages)) == expected


@pytest.mark.parametrize("offer", ["internet", "fixe", "tv", "open"])
def test_a_home_offer_that_turns_out_to_be_a_companys_is_never_answered_with_montauban(
    base: KnowledgeBase, offer: str
) -> None:
    talk = Talk(base)
    for message in (RIGHT, tells(offer=offer), tells(customer="pro"), tells(offer=offer)):
        assert "caraibe.montauban" not in contacts(talk.say(message))
    assert talk.account.need is Need.NO_ADDRESS


@pytest.mark.parametrize(
    ("messages", "need"),
    [
        ([], Need.OFFER),
        ([tells(customer="sosh")], Need.SOSH),
        ([tells(customer="pro")], Need.PRO),
        ([tells(customer="pro", offer="fixe")], Need.PRO_HOME),
        ([tells(customer="pro", offer="fixe"), NO], Need.NO_ADDRESS),
        ([tells(customer="pro", offer="fixe"), NO, tells(offer="tv")], Need.NO_ADDRESS),
        ([tells(customer="pro", offer="fixe"), tells(customer="offer_unknown")], Need.UNKNOWN_OFFER),
        ([tells(customer="none")], Need.NO_ADDRESS),
        ([tells(customer="none"), tells(customer="pro")], Need.PRO),
        ([tells(customer="former")], Need.OFFER),
        ([tells(customer="offer_unknown")], Need.UNKNOWN_OFFER),
        ([tells(offer="tv")], Need.NOTHING),
    ],
)
def test_what_is_still_to_ask_follows_from_what_was_said(
    base: KnowledgeBase, messages: list[UserTurn], need: Need
) -> None:
    talk = Talk(base)
    talk.say(RIGHT, *messages)
    assert talk.account.need is need


def test_not_knowing_counts_as_an_answer_only_where_the_offer_was_asked(base: KnowledgeBase) -> None:
    talk = Talk(base)
    reply = talk.say(said("rights.erasure", country="caraibe", customer="offer_unknown"))
    assert reply["custom"]["asks"] == Need.OFFER.value
    assert talk.say(tells(customer="offer_unknown"))["custom"]["asks"] is None


@pytest.mark.parametrize(
    ("offer", "expected"),
    [("mobile", JARRY), ("internet", BORDEAUX), ("obs", MONTAUBAN), ("mobile_entreprise", JARRY)],
)
def test_the_offer_that_the_page_knows_decides_until_the_person_says_otherwise(
    base: KnowledgeBase, offer: str, expected: set[str]
) -> None:
    talk = Talk(base, country="caraibe", offer=offer)
    assert contacts(talk.say(said("rights.access"))) == expected
    assert contacts(talk.say(tells(customer="private", offer="tv"))) == BORDEAUX


@pytest.mark.parametrize(
    ("known", "message", "expected"),
    [
        ("caraibe", tells(country="elsewhere", role="place"), "caraibe"),
        ("caraibe", tells(country="mali", role="visit"), "caraibe"),
        (None, tells(country="mali", role="visit"), None),
        ("caraibe", tells(country="elsewhere", role="line"), "elsewhere"),
        ("caraibe", tells(country="elsewhere"), "elsewhere"),
        ("caraibe", tells(country="mali"), "mali"),
        (None, tells(country="elsewhere", role="place"), "elsewhere"),
        ("mali", tells(country="both"), "both"),
        ("mali", tells(offer="mobile"), "mali"),
    ],
)
def test_being_elsewhere_for_a_while_does_not_change_whose_line_it_is(
    base: KnowledgeBase, known: str | None, message: UserTurn, expected: str
) -> None:
    talk = Talk(base, country=known)
    talk.say(said("retention"), message)
    assert talk.account.country == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (said("transfers", country="mali"), "caraibe"),
        (said("rights.erasure", country="mali", role="place"), "caraibe"),
        (said("rights.erasure", country="elsewhere"), "caraibe"),
        (said("rights.erasure", country="mali"), "mali"),
        (said("rights.erasure", country="mali", role="line"), "mali"),
    ],
)
def test_a_country_named_in_a_question_is_the_line_s_only_where_it_is_said_of_the_line(
    base: KnowledgeBase, message: UserTurn, expected: str
) -> None:
    talk = Talk(base, country="caraibe")
    talk.say(message)
    assert talk.account.country == expected


@pytest.mark.parametrize("words", ["ok", "d'accord", "je pense que oui", "voilà"])
def test_only_a_clear_yes_makes_a_contract_obs(base: KnowledgeBase, words: str) -> None:
    talk = Talk(base, country="caraibe")
    assert contacts(talk.say(RIGHT, tells(customer="pro", offer="internet"), said("affirm", words))) == set()


def test_an_offer_named_in_a_refused_question_is_not_the_person_s(base: KnowledgeBase) -> None:
    talk = Talk(base, country="caraibe")
    talk.say(said("out_of_scope", "mon internet ne marche pas", offer="internet"))
    assert contacts(talk.say(RIGHT)) == set()


def test_a_place_answers_the_question_for_the_country(base: KnowledgeBase) -> None:
    talk = Talk(base)
    reply = talk.say(said("rights.access"), tells(country="elsewhere", role="place"))
    assert reply["custom"]["status"] == "out_of_scope"


def test_a_message_that_was_not_understood_still_gives_the_offer_that_it_names(base: KnowledgeBase) -> None:
    assert contacts(Talk(base).say(RIGHT, lost(offer="tv"))) == BORDEAUX


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([tells(customer="choice_1")], JARRY),
        ([tells(customer="choice_3")], BORDEAUX),
        ([tells(customer="choice_6"), tells(customer="choice_1")], MONTAUBAN),
        ([tells(customer="choice_6"), tells(customer="choice_3")], set()),
        ([tells(customer="sosh"), tells(customer="choice_2")], BORDEAUX),
        ([tells(customer="sosh"), tells(customer="choice_all")], JARRY | BORDEAUX),
        ([tells(customer="choice_all")], set()),
        ([tells(customer=("maybe_internet", "maybe_mobile")), tells(customer="choice_all")], JARRY | BORDEAUX),
        # The first of the two said, or of those offered?
        ([tells(customer=("maybe_internet", "maybe_mobile")), tells(customer="choice_1")], set()),
        ([tells(customer="maybe_mobile")], set()),
        ([tells(offer="internet"), tells(customer="not_internet")], set()),
        ([tells(offer=("internet", "mobile")), tells(customer="not_internet")], JARRY),
        ([tells(offer="mobile_entreprise"), tells(customer="not_mobile")], set()),
        ([tells(offer="mobile"), said("rights.access", customer="not_mobile")], JARRY),
        ([tells(offer="mobile"), tells(customer="choice_2")], JARRY),
    ],
)
def test_what_is_pointed_at_doubted_or_denied_decides_as_little_as_it_says(
    base: KnowledgeBase, messages: list[UserTurn], expected: set[str]
) -> None:
    assert contacts(Talk(base).say(RIGHT, *messages)) == expected


@pytest.mark.parametrize(
    ("choice", "country"),
    [("choice_1", "caraibe"), ("choice_2", "mali"), ("choice_all", "both"), ("choice_none", "elsewhere")],
)
def test_a_choice_answers_the_question_for_the_country(base: KnowledgeBase, choice: str, country: str) -> None:
    talk = Talk(base)
    talk.say(said("rights.access"), lost(customer=choice))
    assert talk.account.country == country


@pytest.mark.parametrize("choice", ["choice_3", "choice_6"])
def test_a_choice_past_those_offered_chooses_none_of_them(base: KnowledgeBase, choice: str) -> None:
    talk = Talk(base, country="caraibe")
    talk.say(RIGHT, tells(customer="sosh"), lost(customer=choice))
    assert talk.account.offers == ()


def test_a_client_again_is_no_former_client(base: KnowledgeBase) -> None:
    talk = Talk(base, country="caraibe")
    talk.say(RIGHT, tells(customer="former", offer="internet"))
    before = talk.account
    talk.say(tells(customer="current"))
    assert (before.relation, talk.account.relation) == ("former", None)
    assert talk.account.offers == ("internet",)


@pytest.mark.parametrize(
    ("text", "country"),
    [("je vis en Guadeloupe", None), ("non, je suis en Guadeloupe", "caraibe"), ("en fait je vis ici", "caraibe")],
)
def test_a_place_said_on_another_country_s_page_is_asked_about_unless_it_corrects_the_page(
    base: KnowledgeBase, text: str, country: str | None
) -> None:
    talk = Talk(base, country="mali")
    talk.say(said("rights.access"), said("inform", text, country="caraibe", role="place"))
    assert talk.account.country == country


def test_a_country_in_a_refused_question_is_not_that_of_the_line(base: KnowledgeBase) -> None:
    talk = Talk(base)
    talk.say(said("out_of_scope", "le Mali a-t-il une loi ?", country="mali"))
    assert talk.account.country is None


@pytest.mark.parametrize(("words", "expected"), [("oui bien sûr", MONTAUBAN), ("oui, pas sûr", set())])
def test_sure_is_a_yes_and_not_sure_none(base: KnowledgeBase, words: str, expected: set[str]) -> None:
    talk = Talk(base, country="caraibe")
    assert contacts(talk.say(RIGHT, tells(customer="pro", offer="internet"), said("affirm", words))) == expected
