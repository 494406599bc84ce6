"""The contract's words as types: doors, countries, offers, statuses, and the bodies of the calls.

Written by hand, not generated: they are few, checked against `policies_kb/contract` by the tests, and FastAPI
describes them in the OpenAPI document.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Door = Literal["web", "agent", "ivr"]
Country = Literal["caraibe", "mali"]
Offer = Literal["mobile", "open", "internet", "fixe", "tv", "obs", "mobile_entreprise"]
Status = Literal[
    "answered", "not_in_policy", "clarify", "excerpt", "out_of_scope", "handoff", "unsupported_language", "smalltalk"
]

SENDER_LIMIT = 64
MESSAGE_LIMIT = 1000
MESSAGE_ID_LIMIT = 64


class OpenConversation(BaseModel):
    """Which door is entered, and what the page or the line already knows."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"channel": "web", "country": "caraibe", "offer": None}]})

    channel: Door
    country: Country | None = None
    offer: Offer | None = None


class OpenedConversation(BaseModel):
    """The secret that names the conversation, and after how many idle seconds it is erased."""

    sender: str
    expires_in: int


class Say(BaseModel):
    """One message of a person. Its length counts after clean-up, so the limit is not checked here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sender": "V2hvIGtub3dzPyBOb3QgdGhlIGxvZ3Mu",
                    "message": "À qui transmettez-vous mes données ?",
                    "message_id": "1",
                }
            ]
        }
    )

    sender: Annotated[str, Field(min_length=1, max_length=SENDER_LIMIT)]
    message: Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": MESSAGE_LIMIT})]
    message_id: Annotated[str, Field(min_length=1, max_length=MESSAGE_ID_LIMIT)] | None = None


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class PolicyRef(_Strict):
    """The policy that a reply rests on."""

    id: Literal["orange-caraibe", "orange-mali"]
    title: str
    updated: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ReplyContact(_Strict):
    """A contact, verbatim from its policy."""

    id: str
    kind: Literal["postal", "phone", "web"]
    text: Annotated[str, Field(min_length=1)]


class ReplySource(_Strict):
    """A passage, verbatim from its policy."""

    policy: str
    section: str
    excerpt: Annotated[str, Field(min_length=1)]


class Custom(_Strict):
    """What a reply says, in structure; exactly one message of every reply carries it."""

    status: Status
    topics: Annotated[list[str], Field(max_length=3)]
    country: Country | None
    offer: Offer | None
    policy: PolicyRef | None
    contacts: list[ReplyContact]
    sources: list[ReplySource]


class Button(BaseModel):
    """A choice: sending its payload, or typing its title, chooses it."""

    model_config = ConfigDict(strict=True)

    title: Annotated[str, Field(min_length=1)]
    payload: Annotated[str, Field(min_length=1)]


class Message(BaseModel):
    """One message of a reply."""

    model_config = ConfigDict(strict=True)

    recipient_id: str
    text: str | None = None
    buttons: list[Button] | None = None
    custom: Custom | None = None
