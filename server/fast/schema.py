"""`schema`: what the action server answers is checked by a schema that is prepared once.

Rasa calls `jsonschema.validate` on every answer, which checks the schema itself against its meta-schema first: by far
the most of the time of a custom action. The check of the answer stays.
"""

from typing import Any

from server.fast.patch import Patch, Replacement


def _prepared(_: Any) -> Any:
    from jsonschema import ValidationError
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.constants import DOCS_BASE_URL

    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def validate(self: Any, result: dict[str, Any]) -> bool:
        if not validator.is_valid(result):
            found: ValidationError = best_match(validator.iter_errors(result))
            found.message += (
                ". Failed to validate Action server response from API, make sure your response from the Action "
                f"endpoint is valid. For more information about the format visit {DOCS_BASE_URL}/custom-actions"
            )
            raise found
        return True

    return validate


PATCH = Patch(
    "schema",
    (Replacement("rasa.core.actions.action:RemoteAction", "_validate_action_result", "2fd08b8cf644390e", _prepared),),
    (("rasa.core.actions.action:RemoteAction", "action_response_format_spec", "8e08f324ec7d8414"),),
)
