"""What a store of conversations promises, in a file and in Redis: what it keeps, how long, and one turn at a time."""

import asyncio
import contextlib

import pytest

from gateway.buttons import Choice, Shown
from gateway.contract import Door
from gateway.conversations import KEPT_REPLIES, Caller, Conversation, Reply, digest
from gateway.errors import Fault, GatewayError
from gateway.limits import CONVERSATION
from tests.gateway.stores_of import AGENT, IDLE, Kept, kept

__all__ = ["kept"]

SHOWN = Shown().after([Choice("Télé", '/inform{"offer": "tv"}'), Choice("Mobile", "/mobile")])
UNKNOWN = "A" * 32


async def _opened(kept: Kept) -> tuple[str, Conversation]:
    sender = await kept.conversations.create("agent", "mali", "tv")
    conversation = await kept.conversations.find(sender)
    assert conversation is not None
    return sender, conversation


async def _say(kept: Kept, sender: str, message: str | None, reply: Reply, shown: Shown = SHOWN) -> Reply | None:
    """A turn; gives the reply that the message had already."""
    # No more at once than a conversation may say.
    await kept.later(1 / CONVERSATION.per_second)
    async with kept.entrance.enter(sender, digest(message) if message else None, AGENT) as entry:
        if entry.reply is None:
            await entry.keep(shown, reply)
        return entry.reply


async def _refusal(kept: Kept, sender: str, caller: Caller = AGENT) -> Fault:
    with pytest.raises(GatewayError) as refused:
        async with kept.entrance.enter(sender, None, caller):
            pass
    return refused.value.fault


async def test_a_conversation_is_found_as_it_was_opened(kept: Kept) -> None:
    _, conversation = await _opened(kept)
    assert (conversation.door, conversation.country, conversation.offer) == ("agent", "mali", "tv")
    assert conversation.shown == Shown()
    sender = await kept.conversations.create("web", None, None)
    bare = await kept.conversations.find(sender)
    assert bare is not None
    assert (bare.door, bare.country, bare.offer) == ("web", None, None)
    assert bare.rasa_id != conversation.rasa_id
    for unknown in (UNKNOWN, "\ud800", ""):
        assert await kept.conversations.find(unknown) is None
        assert await kept.conversations.leaving(unknown) is None


async def test_a_turn_is_remembered_with_what_it_showed_and_its_reply(kept: Kept) -> None:
    sender, conversation = await _opened(kept)
    reply: Reply = [{"text": "é « ’ »", "custom": {"status": "answered"}}, {"text": "Quelle offre ?"}]
    assert await _say(kept, sender, "1", reply) is None
    assert await _say(kept, sender, None, [{"text": "other"}], SHOWN.after([])) is None
    assert await _say(kept, sender, "1", [{"text": "a second turn"}]) == reply
    async with kept.entrance.enter(sender, digest("2"), AGENT) as entry:
        assert entry.reply is None
        assert entry.conversation.shown == SHOWN.after([])
        assert entry.conversation.id == conversation.id
        assert entry.conversation.country == "mali"


async def test_only_the_latest_replies_are_kept(kept: Kept) -> None:
    sender, _ = await _opened(kept)
    other, _ = await _opened(kept)
    await _say(kept, other, "0", [{"text": "other"}])
    for number in range(KEPT_REPLIES + 1):
        await _say(kept, sender, str(number), [{"text": str(number)}])
    assert await _say(kept, sender, "1", []) == [{"text": "1"}]
    assert await _say(kept, sender, "0", [{"text": "again"}]) is None
    assert await _say(kept, other, "0", []) == [{"text": "other"}]


async def test_idle_time_counts_from_the_last_turn(kept: Kept) -> None:
    sender, conversation = await _opened(kept)
    await kept.later(IDLE - 2)
    await _say(kept, sender, "1", [{"text": "x"}])
    await kept.later(IDLE - 2)
    # A message that comes again is used, too.
    assert await _say(kept, sender, "1", []) is not None
    await kept.later(IDLE - 1)
    assert await kept.conversations.find(sender) is not None
    assert await kept.conversations.to_erase() == []
    assert not await kept.conversations.is_due(conversation.id)
    await kept.later(2)
    assert await kept.conversations.find(sender) is None
    assert await kept.conversations.leaving(sender) is None
    assert await _refusal(kept, sender) is Fault.CONVERSATION_UNKNOWN
    (leaving,) = await kept.conversations.to_erase()
    assert (leaving.id, leaving.rasa_id, leaving.door) == (conversation.id, conversation.rasa_id, "agent")
    assert await kept.conversations.is_due(conversation.id)


async def test_an_erasure_that_was_begun_closes_the_conversation_until_it_is_finished(kept: Kept) -> None:
    sender, conversation = await _opened(kept)
    await _say(kept, sender, "1", [{"text": "x"}])
    assert await kept.conversations.erasing_for() is None
    await kept.conversations.begin_erasure(conversation.id)
    await kept.later(7)
    await kept.conversations.begin_erasure(conversation.id)
    assert 7 <= (await kept.conversations.erasing_for() or 0) < 60
    assert await kept.conversations.find(sender) is None
    assert await _refusal(kept, sender) is Fault.CONVERSATION_UNKNOWN
    leaving = await kept.conversations.leaving(sender)
    assert leaving is not None
    assert (leaving.rasa_id, leaving.door) == (conversation.rasa_id, "agent")
    await kept.later(100 * IDLE)
    assert await kept.conversations.to_erase() == [leaving]
    assert await kept.conversations.is_due(conversation.id)
    await kept.conversations.finish_erasure(conversation.id)
    assert await kept.conversations.scrub()
    assert await kept.conversations.leaving(sender) is None
    assert await kept.conversations.to_erase() == []
    assert not await kept.conversations.is_due(conversation.id)
    assert await kept.conversations.erasing_for() is None


async def test_a_conversation_that_is_erased_in_the_middle_of_a_turn_does_not_come_back(kept: Kept) -> None:
    sender, conversation = await _opened(kept)
    async with kept.entrance.enter(sender, digest("1"), AGENT) as entry:
        await kept.conversations.begin_erasure(conversation.id)
        await entry.keep(SHOWN, [{"text": "x"}])
    assert await kept.conversations.find(sender) is None
    await kept.conversations.finish_erasure(conversation.id)
    assert await kept.conversations.to_erase() == []
    assert await kept.conversations.leaving(sender) is None


async def test_a_conversation_that_becomes_idle_in_the_middle_of_a_turn_goes_on(kept: Kept) -> None:
    sender, conversation = await _opened(kept)
    await _say(kept, sender, "1", [{"text": "x"}])
    await kept.later(IDLE - 1)
    async with kept.entrance.enter(sender, digest("2"), AGENT) as entry:
        await kept.later(3)
        assert await kept.conversations.is_due(conversation.id)
        await entry.keep(SHOWN, [{"text": "y"}])
    assert not await kept.conversations.is_due(conversation.id)
    assert await _say(kept, sender, "1", []) == [{"text": "x"}]
    assert await _say(kept, sender, "2", []) == [{"text": "y"}]


async def test_a_caller_at_another_door_is_refused_before_anything_is_counted(kept: Kept) -> None:
    sender, _ = await _opened(kept)
    asked: list[Door] = []

    def refuse(door: Door) -> None:
        asked.append(door)
        raise GatewayError(Fault.KEY_MISSING)

    for _ in range(int(CONVERSATION.burst) + 5):
        assert await _refusal(kept, sender, Caller("web", refuse)) is Fault.KEY_MISSING
    assert set(asked) == {"agent"}
    async with kept.entrance.enter(sender, None, AGENT):
        pass


async def test_a_conversation_has_its_pace_and_one_too_many_does_not_wait(kept: Kept) -> None:
    sender, _ = await _opened(kept)
    other, _ = await _opened(kept)
    async with kept.entrance.enter(sender, None, AGENT):
        waiting = [asyncio.create_task(_refused_or_in(kept, sender)) for _ in range(int(CONVERSATION.burst) + 2)]
        async with asyncio.timeout(5):
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert {task.result() for task in done} == {Fault.TOO_MANY}
        async with kept.entrance.enter(other, None, AGENT):
            pass
    async with asyncio.timeout(5):
        results = await asyncio.gather(*waiting)
    assert results.count(None) >= CONVERSATION.burst - 1
    await kept.later(2 * CONVERSATION.burst)
    async with kept.entrance.enter(sender, None, AGENT):
        pass


async def _refused_or_in(kept: Kept, sender: str) -> Fault | None:
    try:
        async with kept.entrance.enter(sender, None, AGENT):
            return None
    except GatewayError as error:
        return error.fault


async def test_messages_of_a_conversation_are_taken_one_at_a_time_in_the_order_in_which_they_came(kept: Kept) -> None:
    sender, _ = await _opened(kept)
    order: list[int] = []
    inside = 0

    async def speak(number: int) -> None:
        nonlocal inside
        async with kept.entrance.enter(sender, digest(str(number)), AGENT) as entry:
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.005)
            order.append(number)
            inside -= 1
            await entry.keep(SHOWN, [{"text": str(number)}])

    speaking = []
    for number in range(int(CONVERSATION.burst)):
        speaking.append(asyncio.create_task(speak(number)))
        await asyncio.sleep(0.001)
    async with asyncio.timeout(10):
        await asyncio.gather(*speaking)
    assert order == list(range(int(CONVERSATION.burst)))


async def test_the_same_message_sent_while_it_is_answered_gets_the_same_reply(kept: Kept) -> None:
    sender, _ = await _opened(kept)
    turns = 0

    async def speak() -> Reply:
        nonlocal turns
        async with kept.entrance.enter(sender, digest("1"), AGENT) as entry:
            if entry.reply is not None:
                return entry.reply
            turns += 1
            reply: Reply = [{"text": str(turns)}]
            await asyncio.sleep(0.02)
            await entry.keep(SHOWN, reply)
            return reply

    async with asyncio.timeout(10):
        assert await asyncio.gather(*(speak() for _ in range(5))) == [[{"text": "1"}]] * 5


async def test_a_turn_that_fails_leaves_nothing_and_lets_the_next_in(kept: Kept) -> None:
    sender, _ = await _opened(kept)
    with contextlib.suppress(RuntimeError):
        async with kept.entrance.enter(sender, digest("1"), AGENT):
            raise RuntimeError
    async with asyncio.timeout(2):
        assert await _say(kept, sender, "1", [{"text": "x"}]) is None


async def test_who_has_no_patience_is_told_that_it_is_held(kept: Kept) -> None:
    _, conversation = await _opened(kept)
    async with kept.locks.hold(conversation.id):
        with pytest.raises(GatewayError) as refused:
            async with kept.locks.hold(conversation.id, patience=0):
                pass
        assert refused.value.fault is Fault.BUSY
        with pytest.raises(GatewayError):
            async with kept.locks.hold(conversation.id, patience=0.05):
                pass
        async with kept.locks.hold(b"another", patience=0):
            pass
    async with kept.locks.hold(conversation.id, patience=0):
        pass


async def test_a_store_that_works_says_so(kept: Kept) -> None:
    await kept.conversations.check()
