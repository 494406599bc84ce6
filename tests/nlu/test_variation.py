"""Variations of the training sentences: what each kind does, and what none of them may change."""

import os
import random
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from rapidfuzz.distance import DamerauLevenshtein

from nlu import variation
from nlu.gazetteer import Gazetteer
from nlu.mentions import interpret
from nlu.sentences import Sentence, Variation, read_sentences
from nlu.text import fold
from nlu.variation import CONTENT, WRITTEN, Variator, as_read
from tests.conftest import ROOT

VARIATOR = Variator.load()
TABLES = ("hurried", "homophones", "notes")
NEGATION = re.compile(r"\b(?:ne|pas|plus|sans|sauf|jamais|aucune?|rien|ni|non|hors)\b|\bn'")


def content(**changes: Any) -> dict[str, Any]:
    return {**yaml.load(CONTENT.read_text("utf-8"), Loader=yaml.BaseLoader), **changes}


def sentence(text: str, register: str = "plain", intent: str = "retention") -> Sentence:
    return Sentence(text, intent, {"register": register})


def words(text: str) -> list[str]:
    """The words without case, accents and punctuation, the placeholders as they are."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.findall(r"\[\w+\]|[a-z0-9+]+", plain)


def outcomes(of: Sentence, kind: str, draws: int = 200) -> set[str]:
    made = {VARIATOR.vary(of, kind, random.Random(draw)) for draw in range(draws)}
    return {text for text in made if text is not None}


@pytest.fixture(scope="module")
def written() -> list[Sentence]:
    """Real sentences of all registers, themes and lengths."""
    files = ("retention", "rights.access", "inform", "deny", "out_of_scope.service")
    return [real for name in files for real in read_sentences(WRITTEN / f"{name}.yml")][::5]


@pytest.fixture(scope="module")
def generated(written: list[Sentence]) -> list[Variation]:
    return VARIATOR.generate(written)


def test_nearly_every_sentence_has_a_variation_and_every_kind_occurs(
    written: list[Sentence], generated: list[Variation]
) -> None:
    assert 0.8 * len(written) < len(generated) <= len(written)
    kinds = Counter(made.kind for made in generated)
    assert kinds.keys() == set(VARIATOR.kinds)
    assert kinds["introduction"] < 0.1 * len(generated)


def test_a_kind_is_one_of_the_register_s(generated: list[Variation]) -> None:
    registers = content()["registers"]
    assert [made for made in generated if made.kind not in registers[made.of.metadata.get("register", "theme")]] == []


def test_the_same_seed_makes_the_same_and_another_seed_others(written: list[Sentence]) -> None:
    some = written[:150]
    first = VARIATOR.generate(some)
    assert Variator.load().generate(some) == first
    others = {made.of.text: made.text for made in Variator.load(seed="another").generate(some)}
    assert sum(others.get(made.of.text) == made.text for made in first) < 0.2 * len(first)


def test_a_variation_does_not_depend_on_the_process() -> None:
    texts = ("Combien de temps gardez-vous mes appels ?", "Qui les lit ?", "Effacez tout, s'il vous plaît.")
    script = f"""from nlu.sentences import Sentence
from nlu.variation import Variator
variator = Variator.load()
print([variator.variations(Sentence(text, "retention", {{"register": "casual"}})) for text in {texts}])"""
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    there = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    here = [VARIATOR.variations(sentence(text, "casual")) for text in texts]
    assert there.stdout.strip() == str(here)


def test_adding_a_sentence_changes_no_other_s_variation(written: list[Sentence]) -> None:
    some = written[:150]
    before = VARIATOR.generate(some)
    added = sentence("Vous gardez tout cela pendant combien d'hivernages ?", "casual")
    taken = Sentence(before[0].text, before[0].of.intent, before[0].of.metadata)
    after = [made for made in VARIATOR.generate([added, *some, taken]) if made.of not in (added, taken)]
    assert after == before[1:]


def test_a_text_that_two_intents_lead_to_is_left_out() -> None:
    alike = [sentence("C'est lesquelles ?", "casual", intent) for intent in ("rights", "recipients")]
    assert VARIATOR.generate(alike[:1])
    assert VARIATOR.generate(alike) == []


def test_no_variation_stands_among_the_sentences_or_twice(written: list[Sentence], generated: list[Variation]) -> None:
    texts = Counter(" ".join(words(of.text)) for of in written)
    texts.update(" ".join(words(made.text)) for made in generated)
    assert [text for text, count in texts.items() if count > 1] == []
    # What the spelling of the classifier undoes would only count a sentence twice.
    read = [as_read(made.text) for made in generated]
    assert len(set(read)) == len(read)
    assert set(read).isdisjoint(as_read(of.text) for of in written)


def test_a_variation_names_what_its_sentence_names(generated: list[Variation]) -> None:
    gazetteer = Gazetteer.load()

    def named(text: str) -> list[tuple[str, str, str]]:
        return sorted((said.kind, said.value, said.role or "") for said in interpret(fold(text), gazetteer))

    assert [made for made in generated if named(made.text) != named(made.of.text)] == []
    assert sum(bool(named(made.text)) for made in generated) > 50


def test_a_variation_denies_what_its_sentence_denies(generated: list[Variation]) -> None:
    def denials(text: str) -> list[str]:
        return sorted(NEGATION.findall(fold(text)))

    assert [made for made in generated if denials(made.text) != denials(made.of.text)] == []
    assert sum(bool(denials(made.text)) for made in generated) > 50


@pytest.mark.parametrize("kind", VARIATOR.kinds)
@pytest.mark.parametrize(
    "text",
    [
        "Je n'ai pas d'offre, sauf la box, et je ne veux plus de publicité en Guadeloupe.",
        "Pas la Livebox, le mobile, sans engagement ni contrat au Mali : j'écris où ?",
        "J'habite à Paris, ma ligne est en Martinique, jamais en Guyane.",
    ],
)
def test_denials_and_names_stand_whatever_is_drawn(text: str, kind: str) -> None:
    gazetteer = Gazetteer.load()
    said = {(item.kind, item.value) for item in interpret(fold(text), gazetteer)}
    for made in outcomes(sentence(text), kind, 60):
        assert sorted(NEGATION.findall(fold(made))) == sorted(NEGATION.findall(fold(text)))
        assert {(item.kind, item.value) for item in interpret(fold(made), gazetteer)} == said


@pytest.mark.parametrize(
    ("kind", "register", "text", "becomes"),
    [
        ("homophones", "voice", "c'est quoi mes données", "ces quoi mes donner"),
        ("homophones", "voice", "c'est quoi mes données", "sais quoi mais donnée"),
        ("homophones", "voice", "C'est quoi, Bloctel ?", "ces quoi bloque tel"),
        ("homophones", "voice", "à qui envoyer ma lettre", "aqui envoyé ma lettre"),
        ("homophones", "voice", "supprimez les factures", "supprimer les facture"),
        ("hurried", "sms", "Comment je supprime les données ?", "koman j supprime le donee"),
        ("hurried", "formal", "Qui lit mes données au Mali ?", "Ki lit mes données o Mali ?"),
        ("hurried", "sms", "c'est où", "c ou"),
        ("notes", "agent", "client Guadeloupe, demande d'effacement", "cl 971, dde d'effacement"),
        ("notes", "agent", "problème d'adresse du client", "pb adr clt"),
        ("notes", "agent", "durée de conservation des données", "dur. conserv. data"),
        ("apostrophes", "formal", "J'ai l'accès, c'est bon.", "Jai laccès, cest bon."),
        ("apostrophes", "formal", "Qu'est-ce qu'il n'a pas, l'agent ?", "Quest-ce quil n'a pas, lagent ?"),
        ("hesitations", "voice", "Effacez mon dossier.", "bon ben effacez mon dossier"),
        ("hesitations", "voice", "Je veux savoir pour mes données", "je veux savoir euh pour mes données"),
        ("hesitations", "voice", "Effacez mon dossier.", "effacez mon dossier voilà"),
    ],
)
def test_people_may_write_it_so(kind: str, register: str, text: str, becomes: str) -> None:
    assert becomes in outcomes(sentence(text, register), kind, 1500)


@pytest.mark.parametrize(
    ("slip", "typed"),
    [
        ("beside", "facrure"),
        ("missing", "facure"),
        ("doubled", "factture"),
        ("swapped", "fatcure"),
    ],
)
def test_a_word_is_mistyped_on_a_french_keyboard(slip: str, typed: str) -> None:
    assert typed in outcomes(sentence("facture", "formal"), "slips", 2000), slip


def test_a_double_letter_and_a_space_go_missing_too() -> None:
    made = outcomes(sentence("communiquer mon dossier", "formal"), "slips", 500)
    assert {"comuniquer mon dossier", "communiquer mondossier"} <= made


def test_a_slip_is_one_letter_and_never_the_first(generated: list[Variation]) -> None:
    slips = [made for made in generated if made.kind == "slips"]
    for made in slips:
        most = 1 + len(made.of.text.split()) // 9
        distance = DamerauLevenshtein.distance("".join(words(made.of.text)), "".join(words(made.text)))
        assert distance <= most, made
        assert words(made.text)[0][0] == words(made.of.text)[0][0], made


def test_short_words_denials_and_placeholders_are_not_mistyped() -> None:
    assert outcomes(sentence("ça ? jamais [telephone]", "formal"), "slips") == set()


def test_what_a_recogniser_writes_has_no_capitals_and_no_signs(generated: list[Variation]) -> None:
    heard = [made.text for made in generated if made.kind in ("homophones", "hesitations")]
    assert [text for text in heard if text != text.lower() or re.search(r"[.,;:!?«»()-]", text)] == []


def test_hesitations_only_add_words(generated: list[Variation]) -> None:
    for made in generated:
        if made.kind == "hesitations":
            said = iter(words(made.text))
            assert all(word in said for word in words(made.of.text)), made
            assert len(words(made.text)) > len(words(made.of.text))


def test_notes_are_shorter(generated: list[Variation]) -> None:
    notes = [made for made in generated if made.kind == "notes"]
    assert sum(len(made.text) for made in notes) < 0.9 * sum(len(made.of.text) for made in notes)


def test_an_introduction_leaves_the_sentence_whole(generated: list[Variation]) -> None:
    for made in generated:
        if made.kind == "introduction":
            whole = " ".join(words(made.text))
            sentence_words = " ".join(words(made.of.text))
            assert whole.startswith(sentence_words) or whole.endswith(sentence_words)
            assert re.search(r"\[\w+\]", made.text.replace(made.of.text, ""))


def test_the_placeholders_are_the_gateway_s() -> None:
    filtered = re.findall(r'"(\[\w+\])"', (ROOT / "gateway" / "privacy" / "kinds.py").read_text("utf-8"))
    used = set(re.findall(r"\[\w+\]", CONTENT.read_text("utf-8").split("introduction:")[-1]))
    assert len(used) >= 5
    assert used <= set(filtered)


@pytest.mark.parametrize("name", TABLES)
def test_every_outcome_of_a_table_changes_something(name: str) -> None:
    table = content()[name]
    assert [phrase for phrase, becomes in table.items() if phrase in map(fold, becomes)] == []
    assert [phrase for phrase, becomes in table.items() if len(set(map(fold, becomes))) < len(becomes)] == []


def test_a_register_without_its_own_introductions_takes_another_s() -> None:
    introduction = content()["introduction"]
    for register, weights in content()["registers"].items():
        if "introduction" in weights:
            own = introduction["like"].get(register, register)
            assert introduction["before"][own]
            assert introduction["after"][own]


@pytest.mark.parametrize(("asked", "least", "most"), [("0", 0, 0), ("0.5", 30, 70), ("2.5", 230, 260)])
def test_how_many_variations_a_sentence_has_can_be_set(
    asked: str, least: int, most: int, written: list[Sentence]
) -> None:
    long = [real for real in written if len(real.text) > 30][:100]
    variator = Variator(content(per_sentence=asked), Gazetteer.load())
    assert least <= sum(len(variator.variations(real)) for real in long) <= most


def test_what_is_not_french_or_taught_by_its_form_is_not_varied() -> None:
    english = Sentence("I want to delete my personal information", "unsupported_language", {"theme": "anglais"})
    query = Sentence("Comment supprimer les données d'une table ?", "out_of_scope", {"theme": "code_sql"})
    assert VARIATOR.generate([english, query]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"hurried": {"Données": ["doné"]}},
        {"registers": {"plain": {"sleeps": "1", "bare": "0"}}},
    ],
)
def test_wrong_content_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"Données|sleeps"):
        Variator(content(**changes), Gazetteer.load())


def test_the_command_makes_the_folder_from_the_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(variation, "WRITTEN", WRITTEN / "deny.yml")
    monkeypatch.setattr(variation, "GENERATED", tmp_path / "generated")
    variation.main()
    made = read_sentences(tmp_path / "generated")
    assert {found.intent for found in made} == {"deny"}
    assert capsys.readouterr().out.startswith(f"{len(made)} variations of ")
