"""Fifty conversations at once, each its own: no reply has anything of another's."""

import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.conftest import Assistant
from tests.hostile.watch import WEBHOOK

CARAIBE = ["mobile", "open", "internet", "fixe", "tv", "obs", "mobile_entreprise"]
AT_ONCE = 50
# What is said in each, again and again: none of these is of one conversation alone.
SAID = [
    "je veux effacer mes données", "à qui transmettez-vous mes données ?", "et combien de temps ?",
    "où dois-je écrire ?", "quels sont mes droits ?", "à propos de {canary} : supprimez mes données",
]  # fmt: skip


def _everything(reply: list[dict[str, Any]]) -> str:
    return re.sub(r"\s+", " ", str(reply))


def test_fifty_conversations_at_once_are_kept_apart(assistant: Assistant) -> None:
    contexts = list(
        itertools.islice(itertools.cycle([("caraibe", offer) for offer in CARAIBE] + [("mali", "mobile")] * 4), AT_ONCE)
    )
    doors = itertools.cycle(["web", "agent", "web"])
    # Letters alone: what has digits is masked before it gets anywhere.
    canaries = [f"canari{'bcdfghjklm'[number // 10]}{'bcdfghjklm'[number % 10]}" for number in range(AT_ONCE)]

    def held(door: str, country: str, offer: str, canary: str) -> list[list[dict[str, Any]]]:
        key = {} if door == "web" else {"Authorization": f"Bearer {assistant.keys[door]}"}
        with httpx.Client(base_url=assistant.url, timeout=120, trust_env=False, headers=key) as client:
            context = {"channel": door, "country": country, "offer": offer}
            sender = client.post("/conversations", json=context).json()["sender"]
            replies = []
            for number, text in enumerate(SAID):
                body = {"sender": sender, "message": text.format(canary=canary), "message_id": str(number)}
                answer = client.post(WEBHOOK, json=body)
                assert answer.status_code == 200, answer.text
                reply = answer.json()
                assert {part["recipient_id"] for part in reply} == {sender}
                replies.append(
                    [{name: value for name, value in part.items() if name != "recipient_id"} for part in reply]
                )
                # The same message again is the same reply, and never that of another with the same id.
                assert client.post(WEBHOOK, json=body).json() == reply
            assert client.delete(f"/conversations/{sender}").status_code == 204
        return replies

    holders = [
        (next(doors), country, offer, canary) for (country, offer), canary in zip(contexts, canaries, strict=True)
    ]
    alone = [held(*holder) for holder in holders]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        together = list(pool.map(lambda holder: held(*holder), holders))
    # What is said among fifty is what is said with nobody else about.
    assert together == alone
    for (_, country, offer, canary), replies in zip(holders, together, strict=True):
        for reply in replies:
            (custom,) = [part["custom"] for part in reply if part.get("custom")]
            assert custom["country"] == country
            assert custom["offer"] in (offer, None)
            others = [other for other in canaries if other != canary]
            assert not any(other in _everything(reply) for other in others)


def test_a_conversation_cannot_be_guessed_and_stays_at_its_door(assistant: Assistant) -> None:
    with httpx.Client(base_url=assistant.url, timeout=30, trust_env=False) as client:
        doors = {door: {"Authorization": f"Bearer {key}"} for door, key in assistant.keys.items()} | {"web": {}}
        opened = {
            door: client.post("/conversations", json={"channel": door}, headers=key).json()["sender"]
            for door, key in doors.items()
        }
        senders = [client.post("/conversations", json={"channel": "web"}).json()["sender"] for _ in range(300)]
        assert len(set(senders)) == 300
        for sender in senders:
            # 192 bits: 32 characters of base64url.
            assert re.fullmatch(r"[A-Za-z0-9_-]{32}", sender)
        # Every place takes many characters: none is a counter, a date or a fixed part.
        assert min(len(set(place)) for place in zip(*senders, strict=True)) > 40
        for door, sender in opened.items():
            for other, key in doors.items():
                say = client.post(WEBHOOK, json={"sender": sender, "message": "bonjour"}, headers=key)
                rate = client.post("/feedback", json={"sender": sender, "helpful": True}, headers=key)
                expected = {200, 204} if other == door else {401}
                assert {say.status_code, rate.status_code} == expected, (door, other)
                if other != door:
                    assert client.delete(f"/conversations/{sender}", headers=key).status_code == 401
        near = opened["web"][:-1] + ("A" if opened["web"][-1] != "A" else "B")
        assert client.post(WEBHOOK, json={"sender": near, "message": "bonjour"}).status_code == 404
        for door, sender in opened.items():
            assert client.delete(f"/conversations/{sender}", headers=doors[door]).status_code == 204
