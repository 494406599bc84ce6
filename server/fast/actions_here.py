"""`actions-here`: custom actions that `endpoints.yml` names under `in_process` run in Rasa's own process.

    action_endpoint:
      url: http://…/webhook
      in_process: [actions.contacts.ActionContacts]

The same classes, called as the action server calls them (Rasa Pro has `actions_module`), but without a connection, and
without the whole conversation going there as JSON. All others, and these too in `rasa run`, are asked of the action
server. What such an action does keeps Rasa from answering others meanwhile: a search is no case for it.
"""

from typing import Any

from server.fast.patch import Patch, Replacement


def _here(original: Any) -> Any:
    from rasa.core.actions.action import ActionExecutionRejection
    from rasa.shared.core.events import deserialise_events
    from rasa.shared.core.trackers import EventVerbosity
    from rasa.shared.utils.common import class_from_module_path
    from rasa_sdk.executor import ActionExecutor
    from rasa_sdk.interfaces import ActionExecutionRejection as Rejection

    from server.reading import read_events

    executors: dict[tuple[str, ...], ActionExecutor] = {}

    async def run(self: Any, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Any]:
        endpoint = self.action_endpoint
        paths = tuple(endpoint.kwargs.get("in_process") or ()) if endpoint else ()
        executor = executors.get(paths)
        if executor is None:
            executor = executors[paths] = ActionExecutor()
            for path in paths:
                executor.register_action(class_from_module_path(path))
        if self.name() not in executor.actions:
            answered: list[Any] = await original(self, output_channel, nlg, tracker, domain)
            return answered
        state = tracker.current_state(EventVerbosity.NONE)
        state["events"] = read_events(tracker)
        call = {"next_action": self.name(), "sender_id": tracker.sender_id, "tracker": state}
        if not self._is_selective_domain_enabled() or domain.does_custom_action_explicitly_need_domain(self.name()):
            call["domain"] = domain.as_dict()
        try:
            answer = await executor.run(call)
        except Rejection as rejection:
            raise ActionExecutionRejection(rejection.action_name, rejection.message) from rejection
        self._validate_action_result(answer)
        said = await self._utter_responses(answer["responses"], output_channel, nlg, tracker)
        return [*said, *deserialise_events(answer["events"])]

    return run


PATCH = Patch(
    "actions-here",
    (Replacement("rasa.core.actions.action:RemoteAction", "run", "f0cfd283c7b099c2", _here),),
    (
        ("rasa.core.actions.action:RemoteAction", "_action_call_format", "eb6b5667d432df53"),
        ("rasa.core.actions.action:RemoteAction", "_utter_responses", "12af0378b55f2717"),
        ("rasa.shared.core.trackers:DialogueStateTracker", "current_state", "07d4cad2d3a8de0c"),
        ("rasa_sdk.executor:ActionExecutor", "run", "566d3433ec5450a1"),
        ("rasa_sdk.executor:ActionExecutor", "register_action", "3545498264fd232b"),
    ),
)
