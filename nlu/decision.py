"""What a message is taken for, once its intent, its entities and its language are known.

A wrong answer costs more than a question asked back: below its threshold an intent is not acted on.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.clauses import Questions
from nlu.gazetteer import Gazetteer
from nlu.mentions import ELSEWHERE, Said, is_only_information
from nlu.whose import Holder

UNSURE = "nlu_fallback"
INFORM = "inform"
FOREIGN = "unsupported_language"
HANDOFF = "handoff"
OUT_OF_SCOPE = "out_of_scope"
SILENT = "policy_silent"
_REFUSALS = frozenset({OUT_OF_SCOPE, SILENT})
# Intents that a country or a « where? » beside a question may hide it behind, how sure (0..1) a part's topic must be
# there in itself, and its last rank in the whole message.
_HIDING = frozenset({INFORM, "follow_up.where", "follow_up.duration"})
_CLEAR_ENOUGH = 0.6
_BORNE_OUT_RANK = 3
# From this probability on, a message that is not sure and names a country or an offer is taken to inform of it.
_MAY_INFORM = 0.1
_A_LETTER = re.compile(r"\w")
_AFTER_DEATH = "rights.post_mortem"
# Questions about this operator that name another company: who receives the data, where they go, where they come from.
_MAY_NAME_A_COMPANY = frozenset({"recipients", "transfers", "data_sources"})
_ABOUT_OTHERS_CALLS = frozenset({"bloctel"})
_TO_US = re.compile(r"\b(?:vous|vos|votre|vs)\b")
_FIRST_WORDS = 3


@dataclass(frozen=True)
class Thresholds:
    """The least probability (0..1) at which an intent is acted on, by kind of intent.

    `person` is lower than the others and comes first: who asks for a person is not argued with.
    """

    topic: float
    refusal: float
    dialogue: float
    person: float

    def of(self, intent: str, topics: frozenset[str]) -> float:
        """Return the threshold of one intent."""
        if intent in topics:
            return self.topic
        return self.refusal if intent in _REFUSALS else self.dialogue


def decide(
    folded: str,
    ranking: Sequence[tuple[str, float]],
    questions: Questions,
    said: Sequence[Said],
    foreign: str | None,
    holder: Holder | None,
    gazetteer: Gazetteer,
    thresholds: Thresholds,
    topics: frozenset[str],
) -> tuple[str, float]:
    """Return the intent to act on and its confidence (0..1).

    `ranking` holds intents with their probabilities, best first, `questions` what the halves of the message ask;
    `foreign` is the language of a message that is not in French, `holder` whose data it is about where not the
    person's own. `nlu_fallback` stands for « not sure ».
    """
    if foreign:
        return FOREIGN, 1.0
    if not _A_LETTER.search(folded):
        return UNSURE, 0.0
    if is_only_information(folded, said, gazetteer):
        return INFORM, 1.0
    if ranking and ranking[0][0] == INFORM and _is_another_company_s(said):
        return OUT_OF_SCOPE, ranking[0][1]
    # « inform » without anything said informs of nothing: the next intent may still be the right one.
    candidates = [(intent, share) for intent, share in ranking if intent != INFORM or said]
    if not candidates:
        return UNSURE, 0.0
    intent, share = _of_the_halves(*candidates[0], ranking, questions, said, thresholds, topics)
    person = next((share for name, share in candidates if name == HANDOFF), 0.0)
    if person >= thresholds.person or gazetteer.asks_for_a_person(folded):
        return HANDOFF, person
    if gazetteer.only_looks_like(intent, folded):
        return OUT_OF_SCOPE, share
    refusal = _refused(intent, folded, said, holder) if intent in topics else None
    if refusal:
        return refusal, share
    if share < thresholds.of(intent, topics):
        informs = (
            any(item.kind in ("country", "offer") for item in said) and dict(ranking).get(INFORM, 0.0) >= _MAY_INFORM
        )
        return (INFORM if informs else UNSURE), share
    return intent, share


def _of_the_halves(
    intent: str,
    share: float,
    ranking: Sequence[tuple[str, float]],
    questions: Questions,
    said: Sequence[Said],
    thresholds: Thresholds,
    topics: frozenset[str],
) -> tuple[str, float]:
    """Let the halves of a message speak where the whole hides them.

    Two questions share the probability of the whole between them; « DPO ? c'est pour un mobile en Guyane » is mostly
    information, « corriger mon adresse, où écrire ? » mostly « where? ». What somebody asks who names a country that is
    none of ours is refused for the country, and kept: the line may turn out to be elsewhere.
    """
    if questions.asked and (intent in topics or share < thresholds.of(intent, topics)):
        shares = dict(ranking)
        return questions.asked[0], sum(shares.get(topic, 0.0) for topic in questions.asked)
    is_elsewhere = intent == OUT_OF_SCOPE and any(item.kind == "country" and item.value == ELSEWHERE for item in said)
    if (intent in _HIDING or is_elsewhere) and questions.clearest:
        topic, clear = questions.clearest
        if clear >= _CLEAR_ENOUGH and topic in [name for name, _ in ranking[:_BORNE_OUT_RANK]]:
            return topic, clear
    return intent, share


def _is_another_company_s(said: Sequence[Said]) -> bool:
    """« j'ai un mobile Digicel »: a line, but none of Orange's."""
    kinds = {item.kind for item in said}
    return "company" in kinds and "offer" not in kinds


def _refused(intent: str, folded: str, said: Sequence[Said], holder: Holder | None) -> str | None:
    """The refusal that a question on a topic gets for being about another company, or about somebody else's data."""
    if _asks_about_another_company(intent, folded, said):
        return OUT_OF_SCOPE
    if intent == _AFTER_DEATH or holder is None:
        return None
    return OUT_OF_SCOPE if holder is Holder.SOMEBODY_ELSE else SILENT


def _asks_about_another_company(intent: str, folded: str, said: Sequence[Said]) -> bool:
    """« Wave partage mes données ? » is about Wave; « vous les donnez à Wave ? », « EDF m'appelle », about us.

    An operator or a network named beside most topics is what the question is about; any other firm is so only where
    nothing points to us, and beside a topic that names others, only where the sentence begins with it.
    """
    companies = [item for item in said if item.kind == "company"]
    if not companies or intent in _ABOUT_OTHERS_CALLS or "orange" in folded:
        return False
    points_to_us = _TO_US.search(folded) is not None
    if intent in _MAY_NAME_A_COMPANY:
        return not points_to_us and len(folded[: companies[0].start].split()) < _FIRST_WORDS
    return not points_to_us or any(item.value == "other" for item in companies)


def thresholds_from(config: Mapping[str, float]) -> Thresholds:
    """Read the thresholds of a component's configuration. Raises KeyError for a missing one, ValueError past 0..1."""
    values = {kind: float(config[f"{kind}_threshold"]) for kind in ("topic", "refusal", "dialogue", "person")}
    if not all(0 <= value <= 1 for value in values.values()):
        raise ValueError(f"thresholds lie between 0 and 1: {values}")
    return Thresholds(**values)
