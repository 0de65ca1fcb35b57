"""A conversation in virtual time whose model uses tools.

talk = ToolTalk([[Call("weather", {"city": "Paris"})], ["It rains."]], {"weather": lambda arguments: (200, "rain")})
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.talk import Talk, actions, events

Tools = dict[str, Callable[[dict[str, Any]], tuple[int, str]]]
"""By name: from the arguments to how long it takes, ms, and its output."""


@dataclass(frozen=True)
class Call:
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


class ToolTalk(Talk):
    """`steps`: what the model does at each request, in order, its texts and calls; the last one again and again."""

    def __init__(self, steps: Sequence[Sequence[str | Call]], tools: Tools, **options: Any) -> None:
        self._steps = list(steps)
        self._tools = tools
        super().__init__(**options)
        for name in tools:
            parameter = {"name": "city", "type": "string", "description": "Where", "required": False}
            offer = events.ToolOffered(events.OfferedTool("tool_node", name, f"The {name}", (parameter,)))
            self.tell(offer)

    @property
    def called(self) -> list[str]:
        return [action.name for action in self.did(actions.CallTool)]

    def outputs(self, request: int = -1) -> list[str]:
        """What the model was told in one of its requests."""
        return [message["output"] for message in self.requests[request] if message.get("output") is not None]

    def _perform(self, todo: list[actions.Action]) -> None:
        super()._perform(todo)
        for action in todo:
            if isinstance(action, actions.CallTool):
                delay_ms, output = self._tools[action.name](action.arguments)
                self._at(delay_ms, self.tell, events.ToolReturned(action.request_id, action.call_id, output))

    def _generate(self, request_id: str, messages: list[dict[str, Any]]) -> None:
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        for item in step:
            if request_id in self.aborted:
                return
            if isinstance(item, Call):
                self.tell(events.LlmToolCall(request_id, item.name, item.arguments, item.problem))
            else:
                self.tell(events.LlmText(request_id, item))
        self._generated(request_id)
