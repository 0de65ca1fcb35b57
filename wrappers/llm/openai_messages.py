"""A chat request in the form of OpenAI's chat protocol, and the tool calls of its answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .assistant_turns import in_turns
from .base import ChatRequest, Entry, Message, Tool, ToolCall, ToolOutput

_STANDARD_PARAMETERS = frozenset(
    (
        *("temperature", "top_p", "max_tokens", "max_completion_tokens", "stop", "seed", "presence_penalty"),
        *("frequency_penalty", "logit_bias", "response_format", "tool_choice", "parallel_tool_calls", "user"),
        *("reasoning_effort", "n", "logprobs", "top_logprobs", "service_tier", "verbosity"),
    )
)


def completion_arguments(request: ChatRequest, model: str, extra_body: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments for the client's `chat.completions.create`.

    Parameters that the protocol does not know (top_k, min_p, ...) go into the body: local servers take them.
    """
    arguments: dict[str, Any] = {
        "model": model,
        "messages": list(chat_messages(request.messages)),
        "stream": True,
        "stream_options": {"include_usage": True},
        "extra_body": dict(extra_body),
    }
    for name, value in request.parameters.items():
        (arguments if name in _STANDARD_PARAMETERS else arguments["extra_body"])[name] = value
    if request.tools:
        arguments["tools"] = [chat_tool(tool) for tool in request.tools]
    return arguments


class ToolCallCollector:
    """Puts tool calls together, which come in pieces."""

    def __init__(self) -> None:
        self._calls: dict[int, list[str]] = {}

    def add(self, index: int, id: str | None, name: str | None, arguments: str | None) -> None:
        """One piece; every part of it may be missing."""
        call = self._calls.setdefault(index, ["", "", ""])
        call[0] = call[0] or id or ""
        call[1] += name or ""
        call[2] += arguments or ""

    def finish(self) -> list[ToolCall]:
        """All calls, in order."""
        calls = sorted(self._calls.items())
        return [_call(id or f"call-{index}", name, arguments) for index, (id, name, arguments) in calls]


def _call(id: str, name: str, text: str) -> ToolCall:
    try:
        arguments = json.loads(text or "{}")
    except ValueError:
        arguments = None
    if isinstance(arguments, dict):
        return ToolCall(id, name, arguments)
    return ToolCall(id, name, {}, f"The arguments are no JSON object: {text[:80]}")


def chat_messages(entries: Iterable[Entry], arguments_as_text: bool = True) -> Iterable[dict[str, Any]]:
    """Tool calls that follow each other, and what was said before them, are one message.

    arguments_as_text: of tool calls, as the protocol has them; templates of models want them as they are
    """
    for turn in in_turns(entries):
        calls = [_tool_call(entry, arguments_as_text) for entry in turn if isinstance(entry, ToolCall)]
        if calls:
            said = turn[0].text if isinstance(turn[0], Message) else None
            yield {"role": "assistant", "content": said, "tool_calls": calls}
        else:
            yield from (_message(entry) for entry in turn if not isinstance(entry, ToolCall))


def _tool_call(call: ToolCall, arguments_as_text: bool) -> dict[str, Any]:
    arguments = dict(call.arguments)
    text = json.dumps(arguments, ensure_ascii=False)
    function = {"name": call.name, "arguments": text if arguments_as_text else arguments}
    return {"id": call.id, "type": "function", "function": function}


def _message(entry: Message | ToolOutput) -> dict[str, Any]:
    if isinstance(entry, ToolOutput):
        return {"role": "tool", "tool_call_id": entry.call_id, "content": entry.output}
    if not entry.images:
        return {"role": entry.role, "content": entry.text}
    images = [{"type": "image_url", "image_url": {"url": url}} for url in entry.images]
    return {"role": entry.role, "content": [{"type": "text", "text": entry.text}, *images]}


def chat_tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.json_schema()}
    return {"type": "function", "function": function}
