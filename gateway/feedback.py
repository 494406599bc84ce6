"""« Cette réponse vous a-t-elle aidé ? »: counted by door and answer, attributed to nobody."""

from typing import Annotated

from fastapi import APIRouter, FastAPI
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from gateway.api import ANY_DOOR, BODY_FAULTS, CALL_FAULTS, Authorization, Here, errors_of
from gateway.contract import SENDER_LIMIT
from gateway.errors import Fault, GatewayError

router = APIRouter()


class Feedback(BaseModel):
    """Whether the last reply of a conversation helped."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"sender": "V2hvIGtub3dzPyBOb3QgdGhlIGxvZ3Mu", "helpful": True}]}
    )

    sender: Annotated[str, Field(min_length=1, max_length=SENDER_LIMIT)]
    helpful: StrictBool


@router.post(
    "/feedback",
    status_code=204,
    summary="Say whether a reply helped",
    openapi_extra=ANY_DOOR,
    response_class=Response,
    responses={
        204: {"description": "Counted, without the conversation"},
        **errors_of(*BODY_FAULTS, Fault.SENDER_INVALID, Fault.CONVERSATION_UNKNOWN, *CALL_FAULTS),
    },
)
async def feedback(said: Feedback, here: Here, authorization: Authorization = None) -> Response:
    """The sender only shows that there is a conversation, and at which door; neither is kept with the answer."""
    here.keys.recognise(authorization)
    conversation = await here.store.find(said.sender)
    if conversation is None:
        raise GatewayError(Fault.CONVERSATION_UNKNOWN)
    here.keys.admit(conversation.door, authorization)
    here.metrics.helped(conversation.door, said.helpful)
    return Response(status_code=204)


def register(app: FastAPI) -> None:
    """Add the call."""
    app.include_router(router)
