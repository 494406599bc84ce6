"""References name passages by place, and a run is the policy's own text from its first word to its last."""

import pytest

from policies_kb.references import PassageReferenceError, expand, resolve
from policies_kb.source import read_sources

SOURCES = read_sources()


def test_a_run_is_verbatim_from_its_first_start_to_its_last_end() -> None:
    run = resolve(SOURCES["caraibe"], "why.contract.20-21")
    assert run.text == SOURCES["caraibe"].body[run.start : run.end]
    assert run.text.startswith("Vos données sont conservées")
    assert run.text.endswith("la fin de la relation.")
    assert run.section == "Orange traite vos données dans le cadre de l'exécution d'un contrat"


def test_the_same_words_in_two_places_are_two_passages() -> None:
    contract, interest = (resolve(SOURCES["caraibe"], name) for name in ("why.contract.17", "why.23"))
    assert contract.text == interest.text == "Proposer des services d'authentification"
    assert contract.start != interest.start
    assert contract.section != interest.section


def test_a_run_across_another_section_is_refused() -> None:
    with pytest.raises(PassageReferenceError, match="not contiguous"):
        resolve(SOURCES["caraibe"], "why.2-3")


def test_a_passage_that_is_not_there_is_refused() -> None:
    with pytest.raises(PassageReferenceError, match=r"orange-mali has no passage rights\.3"):
        resolve(SOURCES["mali"], "rights.2-3")


@pytest.mark.parametrize("reference", ["rights", "rights.0", "rights.3-2", "rights.1,2", "Rights.1", "rights.1-"])
def test_what_is_no_reference_is_refused(reference: str) -> None:
    with pytest.raises(PassageReferenceError, match=reference):
        expand(reference)
