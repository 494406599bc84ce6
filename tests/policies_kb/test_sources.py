"""The policies are kept byte for byte and cut into passages that can be shown where they stand."""

from pathlib import Path

import pytest

from policies_kb.source import SourceError, read_source, read_sources

# Where the project is developed the policies also lie beside it, as they were handed over.
HANDED_OVER = Path(__file__).resolve().parents[3] / "shared" / "policies"


@pytest.mark.parametrize("country", ["caraibe", "mali"])
def test_passages_cover_the_text_but_for_titles_and_list_marks(country: str) -> None:
    source = read_sources()[country]
    assert all(passage.text == source.body[passage.start : passage.end] for passage in source.passages)
    left = list(source.body)
    for passage in source.passages:
        left[passage.start : passage.end] = " " * (passage.end - passage.start)
    rest = "".join(left)
    for title in source.sections:
        rest = rest.replace(title, "", 1)
    assert rest.replace("-", "").strip() == ""


@pytest.mark.parametrize(("country", "purposes"), [("caraibe", 18), ("mali", 13)])
def test_the_contract_purposes_are_complete_and_only_they_stand_under_the_contract(country: str, purposes: int) -> None:
    source = read_sources()[country]
    items = [passage for passage in source.passages if passage.id.startswith("why.contract.") and passage.is_item]
    assert len(items) == purposes
    assert {passage.section.rstrip(".") for passage in items} == {
        "Orange traite vos données dans le cadre de l'exécution d'un contrat"
    }


@pytest.mark.parametrize(
    ("country", "words"),
    [
        ("caraibe", "Organiser des opérations de marketing direct."),
        ("mali", "Commercialiser et optimiser"),
        ("caraibe", "y compris en commercialisant les statistiques"),
        ("mali", "y compris en commercialisant les statistiques"),
    ],
)
def test_marketing_and_the_sale_of_statistics_stand_under_the_level_one_title(country: str, words: str) -> None:
    passage = next(passage for passage in read_sources()[country].passages if words in passage.text)
    assert passage.section.startswith("Pourquoi Orange")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no fence", "no front matter"),
        ("---\n[\n---\ntext", "not YAML"),
        ("---\n- a\n---\ntext", "no mapping"),
        ("---\nid: x\n---\ntext", "lacks country, issuer, outline"),
    ],
)
def test_a_file_that_is_no_source_is_refused_by_name(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "policy.md"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=f"policy.md: .*{message}"):
        read_source(path)


if HANDED_OVER.is_dir():

    @pytest.mark.parametrize("name", sorted(path.name for path in HANDED_OVER.glob("*.txt")))
    def test_the_sources_are_the_policies_handed_over(name: str) -> None:
        ours = [source.body.encode("utf-8") for source in read_sources().values()]
        assert (HANDED_OVER / name).read_bytes() in ours
