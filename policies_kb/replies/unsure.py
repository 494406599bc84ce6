"""What to do when a message was not understood: the closest passage, a choice of topics, then a person. Never a guess."""
from typing import Callable, Optional, Sequence

from policies_kb.base import Excerpt
from policies_kb.replies.account import BOTH, ELSEWHERE, Account
from policies_kb.replies.answer import QUESTIONS, add_excerpts, ask_offer
from policies_kb.replies.conversation import Conversation
from policies_kb.replies.dialogue import TOPIC, choose, subjects
from policies_kb.replies.reply import MOST_TOPICS, Reply, Status
from policies_kb.replies.wording import Wording

_MISSES_BEFORE_A_PERSON = 2
# A topic is worth offering from this probability on; two or three together this likely are better than a passage.
_WORTH_OFFERING = 0.08
_LIKELY_TOGETHER = 0.45


def unsure(conversation: Conversation, account: Account, wording: Wording,
           search: Optional[Callable[[str, Optional[str]], Sequence[Excerpt]]]) -> Reply:
    """Reply to a message that was not understood; the third in a row is handed to a person."""
    misses = 0
    for given in conversation.replies:
        if not given.custom.get("unsure"):
            break
        misses += 1
    if misses >= _MISSES_BEFORE_A_PERSON:
        return Reply(Status.HANDOFF, [wording.say("handoff.unsure")])
    reply = _asked_again(conversation, account, wording) or _attempt(conversation, account, wording, search)
    reply.unsure = True
    return reply


def _asked_again(conversation: Conversation, account: Account, wording: Wording) -> Optional[Reply]:
    """The question that the last reply asked, once more, where the message did not answer it."""
    last = conversation.replies[0].custom if conversation.replies else {}
    asks, topics = last.get("asks"), tuple(last.get("pending") or ())
    if not topics or asks in (None, TOPIC) or account.country == ELSEWHERE:
        return None
    again = wording.say("ask.again")
    if asks == "country":
        question = wording.say("ask.country", topics=wording.topics(topics))
        return Reply(Status.CLARIFY, [again + question], wording.buttons("ask.country"), topics, asks="country")
    if account.need not in QUESTIONS:
        return None
    reply = Reply(Status.CLARIFY, topics=topics, policy=wording.base.policies.get(account.country or ""))
    ask_offer(reply, account, wording)
    reply.parts[-1] = again + reply.parts[-1]
    return reply


def _attempt(conversation: Conversation, account: Account, wording: Wording,
             search: Optional[Callable[[str, Optional[str]], Sequence[Excerpt]]]) -> Reply:
    turn = conversation.last_user
    ranked = [(intent, share) for intent, share in (turn.ranking if turn else ()) if intent in wording.base.topics]
    likely = [(intent, share) for intent, share in ranked if share >= _WORTH_OFFERING][:MOST_TOPICS]
    topics = tuple(intent for intent, _ in likely)
    if len(topics) > 1 and sum(share for _, share in likely) >= _LIKELY_TOGETHER:
        return choose(topics, wording)
    country = account.country if account.country not in (BOTH, ELSEWHERE) else None
    found = search(turn.text, country) if search and turn and country else ()
    if found and country:
        return _closest(found[0], country, topics, wording)
    if len(topics) > 1:
        return choose(topics, wording)
    return Reply(Status.CLARIFY, [wording.say("unsure.nothing")], subjects(wording), asks=TOPIC)


def _closest(excerpt: Excerpt, country: str, topics: tuple[str, ...], wording: Wording) -> Reply:
    policy = wording.base.policies[country]
    reply = Reply(Status.EXCERPT, [wording.say("unsure.excerpt", **wording.dated(policy))], topics=topics, policy=policy,
                  asks=TOPIC)
    reply.cite([excerpt])
    reply.parts.append(excerpt.text if wording.spoken
                       else wording.say("excerpt", excerpt=excerpt.text, section=excerpt.section))
    reply.parts.append(wording.say("unsure.excerpt_question"))
    reply.buttons = [wording.topic_button(topic) for topic in topics] + [wording.button("choice.person")]
    return reply
