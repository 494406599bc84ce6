"""What to do when a message was not understood: the closest passage, a choice, then a person. Never a guess."""

import re
from collections.abc import Callable, Sequence

from policies_kb.base import Excerpt
from policies_kb.replies.account import BOTH, ELSEWHERE, Account
from policies_kb.replies.answer import QUESTIONS, ask_country, ask_offer
from policies_kb.replies.conversation import Conversation
from policies_kb.replies.dialogue import TOPIC, choose, subjects
from policies_kb.replies.reply import MOST_TOPICS, Reply, Status
from policies_kb.replies.wording import Wording

_MISSES_BEFORE_A_PERSON = 2
# A topic is worth offering from this probability on; two or three together this likely are better than a passage.
_WORTH_OFFERING = 0.08
_LIKELY_TOGETHER = 0.45
# Not to be read aloud.
_WEB_ADDRESS = re.compile(r"www\.|\w\.(?:com|fr|ml)\b")


def unsure(
    conversation: Conversation,
    account: Account,
    wording: Wording,
    search: Callable[[str, str | None, Sequence[str]], Sequence[Excerpt]] | None,
) -> Reply:
    """Reply to a message that was not understood; the third in a row is handed to a person."""
    misses = 0
    for given in conversation.replies:
        if not given.custom.get("unsure"):
            break
        misses += 1
    if misses >= _MISSES_BEFORE_A_PERSON:
        return Reply(Status.HANDOFF, [wording.say("handoff.unsure")])
    reply = asked_again(conversation, account, wording) or _attempt(conversation, account, wording, search)
    reply.unsure = True
    return reply


def asked_again(conversation: Conversation, account: Account, wording: Wording) -> Reply | None:
    """Return the question that the last reply asked, once more, where the message did not answer it; else None."""
    last = conversation.replies[0].custom if conversation.replies else {}
    asks, topics = last.get("asks"), tuple(last.get("pending") or ())
    if not topics or asks in (None, TOPIC) or account.country == ELSEWHERE:
        return None
    if asks == "country" and account.country in (None, BOTH):
        reply = ask_country(topics, account, wording)
    elif account.need in QUESTIONS and asks == account.need.value:
        reply = Reply(Status.CLARIFY, topics=topics, policy=wording.base.policies.get(account.country or ""))
        ask_offer(reply, account, wording)
    else:
        return None
    reply.parts[-1] = f"{wording.say('ask.again')} {reply.parts[-1]}"
    return reply


def _attempt(
    conversation: Conversation,
    account: Account,
    wording: Wording,
    search: Callable[[str, str | None, Sequence[str]], Sequence[Excerpt]] | None,
) -> Reply:
    turn = conversation.last_user
    ranked = [(intent, share) for intent, share in (turn.ranking if turn else ()) if intent in wording.base.topics]
    likely = [(intent, share) for intent, share in ranked if share >= _WORTH_OFFERING][:MOST_TOPICS]
    topics = tuple(intent for intent, _ in likely)
    if len(topics) > 1 and sum(share for _, share in likely) >= _LIKELY_TOGETHER:
        return choose(topics, wording)
    country = account.country if account.country not in (BOTH, ELSEWHERE) else None
    among = [intent for intent, _ in ranked[:MOST_TOPICS]]
    found = search(turn.text, country, among) if search and turn and country else ()
    closest = next((excerpt for excerpt in found if not (wording.spoken and _WEB_ADDRESS.search(excerpt.text))), None)
    if closest and country:
        return _closest(closest, country, topics, wording)
    if len(topics) > 1:
        return choose(topics, wording)
    said = wording.say("unsure.nothing", **wording.operators(account.country))
    return Reply(Status.CLARIFY, [said], subjects(wording), asks=TOPIC)


def _closest(excerpt: Excerpt, country: str, topics: tuple[str, ...], wording: Wording) -> Reply:
    policy = wording.base.policies[country]
    reply = Reply(
        Status.EXCERPT,
        [wording.say("unsure.excerpt", **wording.dated(policy))],
        topics=topics,
        policy=policy,
        asks=TOPIC,
    )
    reply.cite([excerpt])
    reply.parts.append(
        excerpt.text if wording.spoken else wording.say("excerpt", excerpt=excerpt.text, section=excerpt.section)
    )
    reply.parts.append(wording.say("unsure.excerpt_question"))
    choices = [wording.topic_button(topic) for topic in topics] or subjects(wording)
    reply.buttons = [*choices, wording.button("choice.person")]
    return reply
