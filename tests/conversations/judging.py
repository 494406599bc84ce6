"""Hold the conversations of this folder with a running assistant, and say what a reply breaks.

What a case expects is judged word for word; and whatever it expects, every reply is held to the contract: one `custom`
that fits its schema, excerpts and contacts verbatim in the policy of that country and in the text that is read.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import yaml

from policies_kb.source import read_sources

FOLDER = Path(__file__).parent
CONTRACT = Path(__file__).parents[2] / "policies_kb" / "contract"


def read_cases() -> list[dict[str, Any]]:
    """Every case of this folder, in the order of the files."""
    return [case for path in sorted(FOLDER.glob("*.yml")) for case in yaml.safe_load(path.read_text("utf-8"))]


def plain(text: str) -> str:
    """`text` without accents, with straight quotes and single spaces, as expectations are written."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return re.sub(r"\s+", " ", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))


def joined(messages: list[dict[str, Any]]) -> str:
    """The text that a person reads or hears."""
    return "\n".join(message["text"] for message in messages if message.get("text"))


@dataclass(frozen=True)
class Judge:
    """What replies are held against: the texts of the policies by id, the contacts by id, the schema of `custom`."""

    policies: Mapping[str, str]
    contacts: Mapping[str, str]
    schema: Mapping[str, Any]

    @classmethod
    def from_contract(cls) -> "Judge":
        """Read the contract and the policies."""
        contract = yaml.safe_load((CONTRACT / "topics.yml").read_text("utf-8"))
        return cls(
            policies={source.id: _single_spaced(source.body) for source in read_sources().values()},
            contacts={contact["id"]: contact["text"] for contact in contract["contacts"]},
            schema=json.loads((CONTRACT / "reply.schema.json").read_text("utf-8")),
        )

    def broken(self, turn: Mapping[str, Any], messages: list[dict[str, Any]], spoken: bool) -> list[str]:
        """What a reply breaks of a turn's expectations and of the contract, a line each."""
        customs = [message["custom"] for message in messages if message.get("custom")]
        if len(customs) != 1:
            return [f"{len(customs)} messages carry custom"]
        return _missed(turn, customs[0], joined(messages)) + self._ungrounded(customs[0], joined(messages), spoken)

    def _ungrounded(self, custom: Mapping[str, Any], text: str, spoken: bool) -> list[str]:
        found = [
            f"custom: {error.message}" for error in jsonschema.Draft202012Validator(self.schema).iter_errors(custom)
        ]
        read = _single_spaced(text)
        for source in custom["sources"]:
            excerpt = _single_spaced(source["excerpt"])
            if excerpt not in self.policies[source["policy"]]:
                found.append(f"not in {source['policy']}: {excerpt[:60]}")
            elif not spoken and excerpt not in read:
                found.append(f"cited, but not in the text: {excerpt[:60]}")
            if custom["country"] and not source["policy"].endswith(custom["country"]):
                found.append(f"{source['policy']} cited for {custom['country']}")
        for contact in custom["contacts"]:
            if contact["text"] != self.contacts[contact["id"]]:
                found.append(f"{contact['id']} is not verbatim: {contact['text']}")
            elif not spoken and contact["text"] not in read:
                found.append(f"{contact['id']} is not in the text")
        if custom["status"] == "answered" and not custom["sources"]:
            found.append("answered without a source")
        return found


def _missed(turn: Mapping[str, Any], custom: Mapping[str, Any], text: str) -> list[str]:
    found = []
    if "status" in turn and custom["status"] not in turn["status"]:
        found.append(f"status {custom['status']}, not one of {turn['status']}")
    answered = custom["status"] in ("answered", "not_in_policy")
    for key in ("topic", "topic_if_answered"):
        if key in turn and (key == "topic" or answered) and not set(custom["topics"]) & set(turn[key]):
            found.append(f"topics {custom['topics']}, none of {turn[key]}")
    if turn.get("country") and custom["country"] != turn["country"]:
        found.append(f"country {custom['country']}, not {turn['country']}")
    given = {contact["id"] for contact in custom["contacts"]}
    if "contacts" in turn and given != set(turn["contacts"]):
        found.append(f"contacts {sorted(given)}, not {sorted(turn['contacts'])}")
    read = plain(text)
    found += [f"does not say {words!r}" for words in turn.get("says", ()) if not _says(words, read)]
    found += [f"says {words!r}" for words in turn.get("never", ()) if _says(words, read)]
    return found


def _says(words: str, read: str) -> bool:
    return re.search(plain(words), read, re.IGNORECASE) is not None


def _single_spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def replies(
    case: Mapping[str, Any], client: httpx.Client, keys: Mapping[str, str]
) -> Iterator[tuple[Mapping[str, Any], list[dict[str, Any]]]]:
    """Hold a conversation: each turn of the case with the messages that answer it. Raises httpx.HTTPError."""
    channel, context = case.get("channel", "web"), case.get("context") or {}
    headers = {"Authorization": f"Bearer {keys[channel]}"} if channel in keys else {}
    opening = {"channel": channel, "country": context.get("country"), "offer": context.get("offer")}
    opened = client.post("/conversations", json=opening, headers=headers)
    sender = opened.raise_for_status().json()["sender"]
    for turn in case["turns"]:
        said = {"sender": sender, "message": turn["user"]}
        yield turn, client.post("/webhooks/rest/webhook", json=said, headers=headers).raise_for_status().json()


def hold(case: Mapping[str, Any], client: httpx.Client, keys: Mapping[str, str], judge: Judge) -> list[str]:
    """Hold a conversation; returns what its replies break, with the message each answers."""
    found = []
    for turn, messages in replies(case, client, keys):
        broken = judge.broken(turn, messages, spoken=case.get("channel") == "ivr")
        found += [f"{turn['user']!r}: {line}\n    reply: {joined(messages)[:300]!r}" for line in broken]
    return found
