"""A chat request in the form of OpenAI's chat protocol, and the tool calls of its answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .base import ChatRequest, Entry, LlmError, Message, Tool, ToolCall, ToolOutput

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
        "messages": list(_messages(request.messages)),
        "stream": True,
        "stream_options": {"include_usage": True},
        "extra_body": dict(extra_body),
    }
    for name, value in request.parameters.items():
        (arguments if name in _STANDARD_PARAMETERS else arguments["extra_body"])[name] = value
    if request.tools:
        arguments["tools"] = [_tool(tool) for tool in request.tools]
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
        """All calls, in order. raises LlmError if the model wrote arguments that are no JSON object"""
        return [
            ToolCall(id or f"call-{index}", name, _arguments(name, text)) for index, (id, name, text) in self._items()
        ]

    def _items(self) -> list[tuple[int, list[str]]]:
        return sorted(self._calls.items())


def _arguments(name: str, text: str) -> dict[str, Any]:
    try:
        arguments = json.loads(text or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise LlmError(
            "failed", f"The model called the tool {name} with arguments that are no JSON object: {text[:80]}"
        )
    return arguments


def _messages(entries: Iterable[Entry]) -> Iterable[dict[str, Any]]:
    """Tool calls that follow each other were made at once, so they are one message."""
    calls: list[dict[str, Any]] = []
    for entry in entries:
        if isinstance(entry, ToolCall):
            function = {"name": entry.name, "arguments": json.dumps(dict(entry.arguments), ensure_ascii=False)}
            calls.append({"id": entry.id, "type": "function", "function": function})
            continue
        if calls:
            yield {"role": "assistant", "content": None, "tool_calls": calls}
            calls = []
        yield _message(entry)
    if calls:
        yield {"role": "assistant", "content": None, "tool_calls": calls}


def _message(entry: Message | ToolOutput) -> dict[str, Any]:
    if isinstance(entry, ToolOutput):
        return {"role": "tool", "tool_call_id": entry.call_id, "content": entry.output}
    if not entry.images:
        return {"role": entry.role, "content": entry.text}
    images = [{"type": "image_url", "image_url": {"url": url}} for url in entry.images]
    return {"role": entry.role, "content": [{"type": "text", "text": entry.text}, *images]}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.json_schema()}
    return {"type": "function", "function": function}
