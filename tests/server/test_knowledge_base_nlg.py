"""What is said comes from the base of the moment, not from the domain nor from the model."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from policies_kb.base import BaseError, KnowledgeBase
from policies_kb.build import build
from server.knowledge_base_nlg import KnowledgeBaseGenerator
from tests.conftest import ROOT

DOMAIN = Domain.load(str(ROOT / "domain.yml"))
MALI = {"entity": "country", "value": "mali"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base built from the real content. Not to be written."""
    path = tmp_path_factory.mktemp("base") / "kb.sqlite"
    build(path)
    return path


@pytest.fixture
def path(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built, tmp_path / "kb.sqlite"))


def generator(path: Path) -> NaturalLanguageGenerator:
    """A generator made as Rasa makes the one of endpoints.yml."""
    kind = f"{KnowledgeBaseGenerator.__module__}.{KnowledgeBaseGenerator.__name__}"
    return NaturalLanguageGenerator.create(EndpointConfig.from_dict({"type": kind, "base": str(path)}), DOMAIN)


def asked(intent: str, *entities: dict[str, str]) -> UserUttered:
    parsed = {"intent": {"name": intent, "confidence": 0.9}, "entities": list(entities), "intent_ranking": []}
    return UserUttered("…", parsed["intent"], list(entities), parsed, metadata={"door": "web"})


def tracker_of(*events: UserUttered | BotUttered) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("sender", list(events))


async def test_a_reply_is_composed_from_the_base(path: Path) -> None:
    reply = await generator(path).generate("utter_reply", tracker_of(asked("retention", MALI)), "rest")
    assert reply is not None
    assert KnowledgeBase.open(path).card("retention", "mali").lead in reply["text"]
    assert reply["custom"]["topics"] == ["retention"]


async def test_the_messages_before_count(path: Path) -> None:
    say = generator(path)
    first = await say.generate("utter_reply", tracker_of(asked("retention", MALI)), "rest")
    assert first is not None
    given = BotUttered(first["text"], {"custom": first["custom"], "buttons": first["buttons"]})
    tracker = tracker_of(asked("retention", MALI), given, asked("repeat"))
    again = await say.generate("utter_reply", tracker, "rest")
    assert again is not None
    assert again["text"] == first["text"]


async def test_a_replaced_base_is_followed_without_a_restart(path: Path, tmp_path: Path) -> None:
    say = generator(path)
    tracker = tracker_of(asked("retention", MALI))
    before = await say.generate("utter_reply", tracker, "rest")
    other = Path(shutil.copy(path, tmp_path / "other.sqlite"))
    with sqlite3.connect(other) as connection:
        connection.execute("UPDATE cards SET lead = 'Le nouveau texte.' WHERE topic = 'retention'")
    other.replace(path)
    after = await say.generate("utter_reply", tracker, "rest")
    assert before is not None
    assert after is not None
    assert "Le nouveau texte." not in before["text"]
    assert "Le nouveau texte." in after["text"]


def test_a_server_without_a_base_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(BaseError, match="no knowledge base at"):
        generator(tmp_path / "kb.sqlite")


async def test_a_base_that_disappears_is_answered_from_as_it_was_last_read(path: Path) -> None:
    say = generator(path)
    tracker = tracker_of(asked("retention", MALI))
    before = await say.generate("utter_reply", tracker, "rest")
    path.unlink()
    assert await say.generate("utter_reply", tracker, "rest") == before
