"""Events reach a real RabbitMQ: all of them, also after it was away, and nobody can be found in them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timezone
from typing import Any

import aio_pika
import psycopg
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

import server.postgres_tracker_store
from server.events.relay import EXCHANGE, Relay
from server.postgres_tracker_store import ConversationMovedError, PostgresTrackerStore
from tests.rabbitmq_server import RabbitMQ, rabbitmq
from tests.server.conversation import DOMAIN, SENDER, tracker_of, turn

BASE = "0123456789abcdef"
# Nothing listens there: events are only written.
NOWHERE = "amqp://127.0.0.1:1/"


@pytest.fixture(autouse=True)
def base(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version of the knowledge base, which these tests do not need themselves."""
    monkeypatch.setattr(server.postgres_tracker_store, "version_of", lambda path: BASE)


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[PostgresTrackerStore]:
    """A store that writes events, which nobody relays."""
    opened = PostgresTrackerStore(DOMAIN, host=database, amqp=NOWHERE)
    yield opened
    await opened.stop()


async def outbox(database: str) -> list[tuple[str, dict[str, Any]]]:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        rows = await (await connection.execute("SELECT key, body FROM event_outbox ORDER BY key")).fetchall()
    return [(key, json.loads(body)) for key, body in rows]


async def test_a_turn_that_is_kept_is_told_of_without_a_word_of_it_or_whose_it_is(
    store: PostgresTrackerStore, database: str
) -> None:
    await store.save(tracker_of(SENDER, "Je m'appelle Aminata Secrete"))
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H")
    opened, answered = await outbox(database)
    assert opened == ("conversation.opened.web", {"kind": "conversation.opened", "hour": now, "door": "web"})
    assert answered == (
        "turn.answered.web.answered",
        {
            "kind": "turn.answered", "hour": now, "door": "web", "country": "mali", "offer": None,
            "topics": ["retention"], "status": "answered", "base": BASE, "intent": "retention", "confidence": 0.93,
        },
    )  # fmt: skip


async def test_a_conversation_is_opened_once_and_its_erasure_is_told(
    store: PostgresTrackerStore, database: str
) -> None:
    tracker = tracker_of(SENDER, "Bonjour")
    await store.save(tracker)
    tracker.update_with_events(turn("Et au Mali ?"), DOMAIN)
    await store.save(tracker)
    await store.erase(SENDER)
    await store.erase(SENDER)
    kinds = [body["kind"] for _, body in await outbox(database)]
    assert kinds == ["conversation.erased", "conversation.opened", "turn.answered", "turn.answered"]


async def test_a_turn_that_is_not_kept_is_not_told_of(store: PostgresTrackerStore, database: str) -> None:
    late = await store.get_or_create_tracker(SENDER, append_action_listen=False)
    await store.save(tracker_of(SENDER, "Bonjour"))
    before = await outbox(database)
    late.update_with_events(turn("Et au Mali ?"), DOMAIN)
    with pytest.raises(ConversationMovedError):
        await store.save(late)
    assert await outbox(database) == before


async def test_without_a_broker_nothing_is_written_for_one(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMQP_URL", raising=False)
    store = PostgresTrackerStore(DOMAIN, host=database)
    await store.save(tracker_of(SENDER, "Bonjour"))
    await store.erase(SENDER)
    assert await outbox(database) == []
    await store.stop()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as node:
        yield node


async def heard(url: str, queue: str) -> list[AbstractIncomingMessage]:
    """What waits in a queue, taken out of it."""
    found = []
    async with await aio_pika.connect(url) as connection:
        listening = await (await connection.channel()).declare_queue(queue, durable=True)
        while message := await listening.get(fail=False):
            await message.ack()
            found.append(message)
    return found


async def bind(url: str, queue: str, key: str) -> None:
    """A queue that outlives the broker's restart, for the events whose key is like `key`."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        listening: AbstractQueue = await channel.declare_queue(queue, durable=True)
        await listening.bind(exchange, key)


async def emptied(database: str) -> None:
    """Return once nothing waits to be relayed."""

    async def wait() -> None:
        while await outbox(database):
            await asyncio.sleep(0.05)

    await asyncio.wait_for(wait(), 60)


async def test_every_event_arrives_once_from_several_relays_also_after_the_broker_was_away(
    store: PostgresTrackerStore, database: str, broker: RabbitMQ
) -> None:
    await bind(broker.url, "everything", "#")
    await bind(broker.url, "refusals", "turn.answered.*.out_of_scope")
    relays = [Relay(store._pool, broker.url, idle_seconds=0.05, longest_pause=0.2) for _ in range(3)]
    running = [asyncio.create_task(relay.run()) for relay in relays]
    for number in range(20):
        await store.save(tracker_of(f"sender{number}", "Bonjour", "Et au Mali ?"))
    await emptied(database)
    broker.stop()
    for number in range(20, 30):
        await store.save(tracker_of(f"sender{number}", "Bonjour"))
    assert len(await outbox(database)) == 20
    broker.start()
    await emptied(database)
    for each in running:
        each.cancel()
    await asyncio.gather(*running, return_exceptions=True)

    messages = await heard(broker.url, "everything")
    assert len(messages) == len({message.message_id for message in messages}) == 20 * 3 + 10 * 2
    kinds = [json.loads(message.body)["kind"] for message in messages]
    assert (kinds.count("conversation.opened"), kinds.count("turn.answered")) == (30, 50)
    assert {message.delivery_mode for message in messages} == {aio_pika.DeliveryMode.PERSISTENT}
    assert await heard(broker.url, "refusals") == []


async def test_an_event_that_was_sent_but_not_crossed_off_is_sent_again_under_the_same_id(
    store: PostgresTrackerStore, database: str, broker: RabbitMQ
) -> None:
    await bind(broker.url, "again", "#")
    await store.save(tracker_of(SENDER, "Bonjour"))
    relay = Relay(store._pool, broker.url)
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        # As when the server dies once RabbitMQ has confirmed.
        await connection.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                                 "'BEGIN RAISE EXCEPTION ''no''; END'")  # fmt: skip
        await connection.execute("CREATE TRIGGER refuse BEFORE DELETE ON event_outbox EXECUTE FUNCTION refuse()")
        with pytest.raises(psycopg.errors.RaiseException):
            await relay.batch()
        await connection.execute("DROP TRIGGER refuse ON event_outbox")
    assert await relay.batch() == 2
    assert await relay.batch() == 0
    await relay.close()
    identities = [message.message_id for message in await heard(broker.url, "again")]
    assert len(identities) == 4
    assert len(set(identities)) == 2
