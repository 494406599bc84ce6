"""The content as it is written passes."""

from datetime import date

from policies_kb.check import check, summary
from policies_kb.content import load_content


def test_the_content_has_nothing_to_correct() -> None:
    assert [str(finding) for finding in check(date(2026, 11, 21))] == []


def test_every_passage_of_both_policies_is_reached() -> None:
    assert summary(load_content()) == "100 % of passages reached: caraibe 97/97, mali 72/72"
