"""What a message is taken for: never a topic without being sure enough, a person for whoever asks for one."""

import pytest

from nlu.clauses import Questions
from nlu.decision import Thresholds, decide, thresholds_from
from nlu.gazetteer import Gazetteer
from nlu.mentions import interpret
from nlu.text import fold
from nlu.whose import Whose
from policies_kb.agreed import CONTRACT, read_contract

GAZETTEER = Gazetteer.load()
TOPICS = frozenset(read_contract(CONTRACT).coverage)
THRESHOLDS = Thresholds(topic=0.4, refusal=0.5, dialogue=0.6, person=0.3)
Ranking = list[tuple[str, float]]


def decided(
    text: str, ranking: Ranking, foreign: str | None = None, questions: Questions | None = None
) -> tuple[str, float]:
    folded = fold(text)
    return decide(
        folded,
        ranking,
        questions or Questions(),
        interpret(folded, GAZETTEER),
        foreign,
        Whose().holder(folded),
        GAZETTEER,
        THRESHOLDS,
        TOPICS,
    )


@pytest.mark.parametrize(
    ("intent", "threshold"),
    [("retention", 0.4), ("out_of_scope", 0.5), ("policy_silent", 0.5), ("greet", 0.6), ("repeat", 0.6)],
)
def test_an_intent_is_acted_on_from_its_threshold_on(intent: str, threshold: float) -> None:
    assert decided("euh", [(intent, threshold)]) == (intent, threshold)
    assert decided("euh", [(intent, threshold - 0.01)]) == ("nlu_fallback", threshold - 0.01)


def test_a_message_that_nothing_was_found_in_is_not_understood() -> None:
    assert decided("euh", []) == ("nlu_fallback", 0.0)


def test_who_asks_for_a_person_is_heard_before_anything_else() -> None:
    assert decided("euh", [("retention", 0.6), ("handoff", 0.3)]) == ("handoff", 0.3)
    assert decided("euh", [("retention", 0.6), ("handoff", 0.29)]) == ("retention", 0.6)
    assert decided("Digicel : un conseiller", [("retention", 0.6), ("handoff", 0.3)]) == ("handoff", 0.3)


def test_a_message_in_another_language_is_decided_by_that_alone() -> None:
    assert decided("I want a person in Mali", [("handoff", 0.9)], foreign="en") == ("unsupported_language", 1.0)


@pytest.mark.parametrize("topic", ["retention", "rights.access", "security"])
def test_a_question_about_another_company_is_out_of_scope(topic: str) -> None:
    assert decided("Et Digicel, il fait quoi ?", [(topic, 0.9)]) == ("out_of_scope", 0.9)


@pytest.mark.parametrize("topic", ["recipients", "transfers", "data_sources"])
def test_a_topic_may_name_another_company_where_the_policy_speaks_of_others(topic: str) -> None:
    assert decided("Et Digicel, vous les lui donnez ?", [(topic, 0.9)]) == (topic, 0.9)


@pytest.mark.parametrize(
    ("text", "topic", "intent"),
    [
        ("Wave partage mes données avec qui ?", "recipients", "out_of_scope"),
        ("Est-ce que Free vend mes données ?", "recipients", "out_of_scope"),
        ("Vous donnez mes données à Wave ?", "recipients", "recipients"),
        ("Mes données vont-elles chez Google ?", "transfers", "transfers"),
        ("Ma banque dit que la BNP vous a donné mon nom", "data_sources", "data_sources"),
        ("La CAF garde mon dossier combien de temps ?", "retention", "out_of_scope"),
        ("La CAF me demande combien de temps vous gardez mes données", "retention", "retention"),
        ("Digicel me demande combien de temps vous gardez mes données", "retention", "out_of_scope"),
        ("EDF m'appelle tous les jours", "bloctel", "bloctel"),
        ("SFR m'appelle tous les jours", "bloctel", "bloctel"),
    ],
)
def test_another_firm_is_what_is_asked_about_or_only_named(text: str, topic: str, intent: str) -> None:
    assert decided(text, [(topic, 0.9)])[0] == intent


def test_what_is_asked_from_another_country_is_kept_where_a_part_of_the_message_asks_it_clearly() -> None:
    ranking = [("out_of_scope", 0.9), ("rights.access", 0.05)]
    clear = Questions(clearest=("rights.access", 0.9))
    assert decided("Je suis abonné au Sénégal, que savez-vous de moi ?", ranking, questions=clear)[0] == "rights.access"
    assert decided("Je suis abonné au Mali, que savez-vous de moi ?", ranking, questions=clear)[0] == "out_of_scope"
    assert decided("Je suis abonné au Sénégal, que savez-vous ?", ranking)[0] == "out_of_scope"


def test_a_question_that_names_orange_beside_another_company_is_about_orange() -> None:
    assert decided("Orange ou Digicel, qui les garde ?", [("retention", 0.9)]) == ("retention", 0.9)


def test_a_dialogue_move_may_name_another_company() -> None:
    assert decided("Bonjour, je viens de Digicel", [("greet", 0.9)]) == ("greet", 0.9)


def test_a_message_that_only_informs_is_that_whatever_it_was_classified_as() -> None:
    assert decided("C'est en Guadeloupe", [("retention", 0.99)]) == ("inform", 1.0)


def test_to_inform_of_nothing_leaves_the_word_to_the_next_intent() -> None:
    assert decided("euh", [("inform", 0.5), ("retention", 0.45)]) == ("retention", 0.45)
    assert decided("euh", [("inform", 1.0)]) == ("nlu_fallback", 0.0)


def test_to_inform_of_something_among_other_words_stays_information() -> None:
    assert decided("le contrat vise la Guadeloupe", [("inform", 0.9), ("retention", 0.1)]) == ("inform", 0.9)


@pytest.mark.parametrize("text", ["…", "?", "!!!", "🙂", " "])
def test_a_message_without_a_letter_or_a_figure_is_not_understood(text: str) -> None:
    assert decided(text, [("policy_silent", 0.9)]) == ("nlu_fallback", 0.0)


TWO = Questions(("retention", "recipients"), ("retention", 0.9))


def test_two_questions_share_the_probability_of_the_whole() -> None:
    ranking = [("recipients", 0.35), ("retention", 0.3)]
    intent, share = decided("euh", ranking, questions=TWO)
    assert (intent, round(share, 6)) == ("retention", 0.65)


def test_two_questions_stand_against_an_intent_that_is_not_sure_and_not_against_one_that_is() -> None:
    ranking = [("out_of_scope", 0.45), ("retention", 0.3), ("recipients", 0.2)]
    intent, share = decided("euh", ranking, questions=TWO)
    assert (intent, round(share, 6)) == ("retention", 0.5)
    assert decided("euh", [("out_of_scope", 0.6), *ranking[1:]], questions=TWO) == ("out_of_scope", 0.6)


@pytest.mark.parametrize("hiding", ["inform", "follow_up.where", "follow_up.duration"])
def test_a_clear_half_is_heard_behind_a_country_or_a_where(hiding: str) -> None:
    ranking = [(hiding, 0.6), ("dpo", 0.3)]
    half = Questions((), ("dpo", 0.9))
    assert decided("DPO ? mobile, Guyane, euh", ranking, questions=half) == ("dpo", 0.9)
    assert decided("DPO ? mobile, Guyane, euh", ranking, questions=Questions((), ("dpo", 0.5))) == (hiding, 0.6)
    behind = [(hiding, 0.9), ("greet", 0.05), ("rights", 0.03), ("dpo", 0.02)]
    assert decided("DPO ? mobile, Guyane, euh", behind, questions=half) == (hiding, 0.9)


def test_a_message_that_is_not_sure_and_names_a_country_or_an_offer_informs_of_it() -> None:
    ranking = [("out_of_scope", 0.35), ("inform", 0.2), ("retention", 0.1)]
    assert decided("mince, mauvais bouton : Martinique", ranking) == ("inform", 0.35)
    assert decided("mince, mauvais bouton", ranking) == ("nlu_fallback", 0.35)
    assert (
        decided("mince, mauvais bouton : Martinique", [("out_of_scope", 0.35), ("inform", 0.05)])[0] == "nlu_fallback"
    )


CONFIG = {"topic_threshold": 0.4, "refusal_threshold": 0.5, "dialogue_threshold": 0.6, "person_threshold": 0.3}


def test_thresholds_are_read_from_the_configuration() -> None:
    assert thresholds_from(CONFIG) == THRESHOLDS


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_threshold_that_is_no_probability_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        thresholds_from({**CONFIG, "person_threshold": value})


def test_a_missing_threshold_is_refused() -> None:
    with pytest.raises(KeyError, match="person_threshold"):
        thresholds_from({name: value for name, value in CONFIG.items() if name != "person_threshold"})


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("je veux voir les données de ma voisine", "out_of_scope"),
        ("que faites-vous des données des enfants", "policy_silent"),
        ("je veux voir mes données", "rights.access"),
    ],
)
def test_a_topic_asked_about_somebody_else_s_data_is_refused(message: str, intent: str) -> None:
    assert decided(message, [("rights.access", 0.9)])[0] == intent


def test_what_happens_to_data_after_a_death_is_answered_whoever_s_they_are() -> None:
    assert (
        decided("que deviennent les données de ma femme décédée", [("rights.post_mortem", 0.9)])[0]
        == "rights.post_mortem"
    )


@pytest.mark.parametrize(
    "message",
    [
        "je veux emporter mon numéro ailleurs",
        "garder mon numéro en changeant d'opérateur",
        "transférer notre numéro chez Digicel",
        "partir avec mon numéro",
    ],
)
def test_to_take_a_telephone_number_elsewhere_is_no_portability_of_data(message: str) -> None:
    assert decided(message, [("rights.portability", 0.9)])[0] == "out_of_scope"


@pytest.mark.parametrize(
    "message", ["combien coûte un iphone chez vous", "quel est le prix de la fibre", "tarif forfait"]
)
def test_the_price_of_a_thing_is_no_question_on_data(message: str) -> None:
    assert decided(message, [("policy_silent", 0.9)])[0] == "out_of_scope"


def test_the_price_of_a_request_is() -> None:
    assert decided("combien coûte une demande d'accès", [("policy_silent", 0.9)])[0] == "policy_silent"


def test_to_take_one_s_data_elsewhere_is() -> None:
    assert decided("emporter mes données ailleurs", [("rights.portability", 0.9)])[0] == "rights.portability"


@pytest.mark.parametrize(
    "message",
    ["je veux qu'un humain me dise comment effacer mes données", "passez-moi un conseiller pour mes données"],
)
def test_a_person_asked_for_in_so_many_words_is_given_whatever_the_subject(message: str) -> None:
    assert decided(message, [("rights.erasure", 0.9)])[0] == "handoff"


def test_whether_a_person_reads_the_data_is_a_question_about_the_data() -> None:
    assert decided("est-ce un humain qui lit mes données ?", [("recipients", 0.9)])[0] == "recipients"


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("je veux la portabilité de mon numéro", "out_of_scope"),
        ("comment avoir mon code RIO", "out_of_scope"),
        ("je veux la portabilité de mes données", "rights.portability"),
    ],
)
def test_a_number_s_portability_is_not_the_data_s(message: str, intent: str) -> None:
    assert decided(message, [("rights.portability", 0.9)])[0] == intent
