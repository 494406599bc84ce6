"""A short hostile campaign: `make hostile` holds the whole one."""

from tests.conftest import Assistant
from tests.hostile import corpora
from tests.hostile.campaign import FULL, SHARES, hold
from tests.hostile.watch import Watch

# A little more than is asked for: some operations of the document have one request only.
SHORT = 2_100


def test_the_lists_are_long_and_hold_each_text_once() -> None:
    for texts, least in (
        (corpora.markup(), 100),
        (corpora.sql(), 100),
        (corpora.commands(), 1_000),
        (corpora.floods(), 100),
    ):
        assert len(texts) >= least
        assert len(set(texts)) > 0.9 * len(texts)


def test_a_short_campaign_is_answered_well_and_leaves_nothing_behind(assistant: Assistant) -> None:
    watch = Watch(assistant)
    # The seed is one for good: what it draws is what is tried, and fails again when it fails.
    hold(watch, SHORT, number=20_261_122)
    assert watch.tried.total() >= 2_000
    assert set(watch.tried) == set(SHARES)
    assert sum(share for share, _ in SHARES.values()) == 100
    assert FULL >= 20_000
