"""Requests that schemathesis makes of the OpenAPI document, right ones and wrong ones, for every operation."""

import random
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.hostile.watch import Watch

# What the document says and what was answered agree. Left out: checks of authentication and of positive data, since
# most operations need a conversation or a call that is open, which no document can give.
_CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def operations(watch: Watch, count: int, draw: random.Random) -> None:
    """As many requests for each operation, half of them right by the document and half wrong."""
    schema = schemathesis.openapi.from_url(f"{watch.assistant.url}/openapi.json")
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(found) == sum(1 for _ in schema.get_all_operations()), "the document cannot be read whole"
    for operation in found:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _operation(watch, operation, mode, count // len(found) // 2 + 1, draw)


def _operation(watch: Watch, operation: Any, mode: GenerationMode, count: int, draw: random.Random) -> None:
    @seed(draw.randrange(2**32))
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def tried(case: Any) -> None:
        key = watch.key(draw.choice(["web", "agent", "ivr"]))
        answer = case.call(headers=key)
        case.validate_response(answer, checks=_CHECKS)
        watch.count("OpenAPI", answer.status_code)

    # There is no wrong request for an operation that takes nothing.
    with suppress(Unsatisfiable):
        tried()
