"""Content that cannot be read is refused with its file and field, all problems at once."""

from typing import TYPE_CHECKING

import pytest

from policies_kb.content import ContentError, load_content

if TYPE_CHECKING:
    from tests.policies_kb.conftest import Copy


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"lead": None}, "cards/mali/rights.yml: field 'lead' is missing or not text"),
        ({"passages": ["rights.9"]}, "cards/mali/rights.yml: field 'passages': 'rights.9': orange-mali has no passage"),
        ({"passages": "rights.1"}, "cards/mali/rights.yml: field 'passages' is missing or no list of texts"),
        ({"not-said": "rien"}, "cards/mali/rights.yml: unknown field 'not-said'"),
    ],
)
def test_a_card_names_its_file_and_field(copy: "Copy", fields: dict[str, object], problem: str) -> None:
    copy.card("mali/rights", **fields)
    with pytest.raises(ContentError) as raised:
        load_content(copy.root)
    assert any(line.startswith(problem) for line in raised.value.problems)


def test_all_problems_are_told_at_once(copy: "Copy") -> None:
    copy.card("mali/rights", lead=None, voice=None)
    copy.entry("contacts.yml", "mali.phone", country="senegal")
    copy.entry("notices.yml", "mali.apdp", expires_on="demain", position="middle")
    copy.replace("labels.yml", "retention:", "retention: [")
    with pytest.raises(ContentError) as raised:
        load_content(copy.root)
    places = [line.split(":")[0] for line in raised.value.problems]
    assert places.count("cards/mali/rights.yml") == 2
    assert places.count("notices.yml, mali.apdp") == 2
    assert "contacts.yml, mali.phone" in places
    assert "labels.yml" in places
