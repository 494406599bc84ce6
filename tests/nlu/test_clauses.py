"""Two questions in one message are two topics; a story told in several clauses is not."""

import re

import pytest

from nlu.clauses import CLEAR, Questions, Ranking, partings, questions
from nlu.text import fold
from policies_kb.agreed import CONTRACT, read_contract

TOPICS = frozenset(read_contract(CONTRACT).coverage)
WORDS = {
    "temps": "retention",
    "qui": "recipients",
    "ou": "transfers",
    "securise": "security",
    "supprimer": "rights.erasure",
    "ecrire": "exercise",
    "droits": "rights",
    "bonjour": "greet",
    "fibre": "out_of_scope",
}


def rank(text: str, clear: float = 0.9) -> Ranking:
    """A reader that knows one word of each intent; a text that holds several is torn between them."""
    found = [intent for word, intent in WORDS.items() if word in re.findall(r"\w+", text)]
    shares = {intent: clear / len(found) for intent in found}
    return sorted([*shares.items(), ("inform", 1 - clear)], key=lambda entry: -entry[1])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Combien de temps gardez-vous mes données et à qui les transmettez-vous ?",
            [("combien de temps gardez-vous mes donnees", "a qui les transmettez-vous ?")],
        ),
        ("Qui reçoit mes données ? Où vont-elles", [("qui recoit mes donnees", "ou vont-elles")]),
        ("durée conserv + destinataires", [("duree conserv", "destinataires")]),
        ("Qui les a. Combien de temps", [("qui les a", "combien de temps")]),
        (
            "Un ami est là. Qui les lit et pour combien de temps ?",
            [("un ami est la. qui les lit", "pour combien de temps ?")],
        ),
        ("Effacez tout. Donnez une copie", [("effacez tout", "donnez une copie")]),
        ("qui les lit, et puis aussi où sont-elles", [("qui les lit", "ou sont-elles")]),
        ("Qui les a, combien de temps", [("qui les a", "combien de temps")]),
    ],
)
def test_a_message_is_cut_where_a_second_question_may_begin(text: str, parts: list[tuple[str, str]]) -> None:
    assert [cut for cut in partings(fold(text)) if cut in parts] == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Qui reçoit mes données ?",
        "hé, qui ?",
        "mes droits : lesquels ?",  # asks after what stands before it
        "mon droit : lequel ?",
        "Vous les vendez et pourquoi",
        "vous les trouvez où, les informations sur moi",  # a comma, and nothing asked after it
        "je n'accepte plus que mes informations servent",
        "mon mail est [email], merci",
        "Mon père est mort. Que faites-vous de son dossier ?",  # a story and its question
        "J'ai écrit à deux reprises et le courrier est revenu. Qui vous surveille ?",
    ],
)
def test_a_message_of_one_clause_is_not_cut(text: str) -> None:
    assert partings(fold(text)) == []


def test_a_long_story_is_cut_at_a_few_places_only() -> None:
    assert len(partings(" et ".join(["une histoire"] * 30))) == 8


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("qui les lit et combien de temps", ("recipients", "retention")),
        ("combien de temps et qui les lit", ("retention", "recipients")),
        ("qui les lit ? c'est securise", ("recipients", "security")),
        ("qui les lit, combien de temps, c'est ou", ("recipients", "retention", "transfers")),
        ("qui les lit et combien de temps et c'est securise", ("recipients", "retention", "security")),
    ],
)
def test_questions_that_are_clear_are_told_apart_in_their_order(text: str, topics: tuple[str, ...]) -> None:
    assert questions(text, rank, TOPICS).asked == topics


@pytest.mark.parametrize(
    "text",
    [
        "combien de temps et encore combien de temps",  # the same question
        "bonjour a vous et combien de temps",  # a greeting is no question
        "combien de temps et quand la fibre",  # half of it is not for this assistant
        "supprimer le tout et a quel endroit ecrire",  # the answer on a right says where to write
        "mes droits et supprimer le tout",
        "combien de temps et le chat dort",  # half of it asks nothing that is known
    ],
)
def test_one_question_is_not_made_two(text: str) -> None:
    assert questions(text, rank, TOPICS).asked == ()


def test_halves_that_are_not_clear_are_not_believed() -> None:
    def doubting(text: str) -> Ranking:
        return rank(text, CLEAR - 0.01)

    assert questions("qui les lit et combien de temps", doubting, TOPICS).asked == ()


def test_a_topic_that_the_whole_message_does_not_bear_out_is_not_believed() -> None:
    whole = "qui les lit et combien de temps"

    def blind(text: str) -> Ranking:
        return [(intent, 0.1) for intent in sorted(TOPICS - {"retention"})] if text == whole else rank(text)

    assert questions(whole, blind, TOPICS).asked == ()


def test_the_clearest_half_is_named_even_where_there_is_one_question() -> None:
    assert questions("bonjour a vous et combien de temps", rank, TOPICS).clearest == ("retention", 0.9)


def test_a_message_that_is_not_cut_has_no_partings() -> None:
    assert questions("combien de temps", rank, TOPICS) == Questions()
