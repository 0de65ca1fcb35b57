"""The tools that one answer uses, in rounds: the model calls, the tools work, the model gets their outputs. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from wrappers.text import Language

from .actions import Action, CallTool, StartTimer, StopTimer
from .events import LlmToolCall, Timer
from .options import VoiceControlConfig
from .tools import Toolbox

MAX_CALLS = 8
"""In one round; a model that wants more has lost its way."""


class ToolUse:
    """Feed it the model's calls; `begin` a round when the model has ended; go on asking when `returned` says so."""

    def __init__(
        self,
        toolbox: Toolbox,
        options: VoiceControlConfig,
        emit: Callable[[Action], None],
        request_id: str = "",
    ) -> None:
        """request_id: of the answer; stays the same in all rounds"""
        self._toolbox = toolbox
        self._options = options
        self._emit = emit
        self._request_id = request_id
        self._calls: list[LlmToolCall] = []
        """Of this round."""
        self._outputs: dict[str, str] = {}
        """By call id, of this round."""
        self._rounds = 0
        self.said = ""
        """What the model has said since its last round."""
        self.is_due = False
        """The model has ended with calls, and they are not made yet."""
        self.is_running = False
        """Tools are at work."""
        self.messages: list[dict[str, Any]] = []
        """What the model is told of all finished rounds."""

    @property
    def offers(self) -> tuple[dict[str, Any], ...]:
        """What may still be called; nothing once there were enough rounds, so that the model has to answer."""
        return () if self._rounds >= self._options.max_tool_rounds else self._toolbox.offers()

    @property
    def was_in_vain(self) -> bool:
        """Whether tools were used, and the model has nothing to say about it."""
        return self._rounds > 0 and not self.said.strip()

    def want(self, call: LlmToolCall) -> None:
        """The model calls a tool. Not every engine gives calls ids of their own, so they get some here."""
        if len(self._calls) <= MAX_CALLS:
            self._calls.append(call)

    def model_ended(self) -> bool:
        """Whether it ended with calls that are now to be made."""
        self.is_due = bool(self._calls) and self._rounds < self._options.max_tool_rounds
        return self.is_due

    def begin(self, language: Language) -> bool:
        """Make the calls, for a user of this language; returns whether no output is missing: none could be made."""
        self._rounds += 1
        self.is_due, self.is_running = False, True
        for number, call in enumerate(self._calls):
            call_id = self._id(number)
            if problem := self._problem(number, call):
                self._outputs[call_id] = problem
            else:
                node = self._toolbox.node_of(call.name)
                self._emit(CallTool(self._request_id, call_id, node, call.name, call.arguments, language))
        self._emit(StartTimer(Timer.TOOLS, self._options.tool_timeout_ms))
        self._emit(StartTimer(Timer.FILLER, self._options.tool_filler_ms))
        return self._conclude()

    def returned(self, call_id: str, output: str) -> bool:
        """A tool is done; returns whether it was the last one. One that was given up in a round before is too late."""
        if not self.is_running or call_id not in map(self._id, range(len(self._calls))):
            return False
        self._outputs.setdefault(call_id, output)
        return self._conclude()

    def timed_out(self) -> None:
        """What has not answered by now will not."""
        for number in range(len(self._calls)):
            late = f"The tool did not answer within {self._options.tool_timeout_ms / 1000:g} s."
            self._outputs.setdefault(self._id(number), late)
        self._conclude()

    def stop(self) -> None:
        """The answer is not wanted any more."""
        if self.is_running:
            self.is_running = False
            self._emit(StopTimer(Timer.TOOLS))
            self._emit(StopTimer(Timer.FILLER))

    def _problem(self, number: int, call: LlmToolCall) -> str:
        if number >= MAX_CALLS:
            return f"Not done: at most {MAX_CALLS} calls at once are allowed."
        return call.problem or self._toolbox.problem_with(call.name, call.arguments)

    def _id(self, number: int) -> str:
        """Unique in the conversation."""
        return f"{self._request_id}-{self._rounds}-{number}"

    def _conclude(self) -> bool:
        if len(self._outputs) < len(self._calls):
            return False
        self.stop()
        if self.said.strip():
            self.messages.append({"role": "assistant", "content": self.said.strip()})
        for number, call in enumerate(self._calls):
            id, arguments = self._id(number), json.dumps(call.arguments, ensure_ascii=False)
            self.messages.append(
                {"type": "function_call", "role": "assistant", "id": id, "call_id": id, "name": call.name}
                | {"arguments": arguments}
            )
        for number in range(len(self._calls)):
            id = self._id(number)
            output = {"type": "function_call_output", "role": "tool", "call_id": id, "output": self._outputs[id]}
            self.messages.append(output)
        self._calls, self._outputs, self.said = [], {}, ""
        return True
