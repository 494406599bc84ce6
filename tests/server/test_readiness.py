"""A server does not start on a store from which nothing can be erased."""

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from server.readiness import Lifecycle
from server.tracker_store import unwrap
from tests.server.conversation import DOMAIN


async def test_a_store_that_rasa_put_in_the_place_of_the_one_that_was_meant_is_refused() -> None:
    with pytest.warns(UserWarning, match="InMemoryTrackerStore"):
        store = TrackerStore.create(EndpointConfig(type="server.no_such_store.Store"), DOMAIN)
    assert isinstance(store, InMemoryTrackerStore)
    agent = Agent(domain=DOMAIN, tracker_store=store)
    unwrap(agent)
    app = Sanic("refused", configure_logging=False)
    app.ctx.agent = agent
    with pytest.raises(RuntimeError, match="InMemoryTrackerStore"):
        await Lifecycle(20)._after_start(app)
