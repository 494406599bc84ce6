"""Natural-language generation from the knowledge base, in the server's own process (`endpoints.yml`, `nlg: type:`)."""

import datetime
import pathlib
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from policies_kb.base import DEFAULT_PATH, current
from policies_kb.replies.compose import compose
from policies_kb.replies.conversation import from_events
from server.reading import read_events


class KnowledgeBaseGenerator(TemplatedNaturalLanguageGenerator):
    """Composes every response of the domain from the base: what is said is not in the domain, nor in the model."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        """Open the base, so that a server without one does not start. Raises BaseError."""
        super().__init__((domain or Domain.empty()).responses)
        base = endpoint_config.kwargs.get("base") if endpoint_config else None
        self._path = pathlib.Path(base) if base else DEFAULT_PATH
        current(self._path)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Return the reply to the tracker's last message. Raises BaseError when the base cannot be read."""
        return compose(from_events(read_events(tracker)), current(self._path), datetime.date.today())
