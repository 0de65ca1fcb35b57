"""A chat request in the form of LM Studio's protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .assistant_turns import in_turns
from .base import ChatRequest, Entry, LlmError, Message, Tool, ToolCall, ToolOutput

_PARAMETERS = {
    "temperature": "temperature",
    "max_tokens": "maxTokens",
    "top_p": "topPSampling",
    "top_k": "topKSampling",
    "min_p": "minPSampling",
    "repeat_penalty": "repeatPenalty",
    "stop": "stopStrings",
}


def chat_history(request: ChatRequest) -> dict[str, Any]:
    """The `history` of a prediction. raises LlmError for pictures, which this protocol wants uploaded first"""
    return {"messages": list(_messages(request.messages))}


def prediction_config(parameters: Mapping[str, Any], tools: Iterable[Tool]) -> dict[str, Any]:
    """Sampling and tools. raises LlmError for a parameter that LM Studio does not know"""
    unknown = [name for name in parameters if name not in _PARAMETERS]
    if unknown:
        raise LlmError(
            "bad_request", f"LM Studio does not know {', '.join(unknown)}.", f"It knows {', '.join(_PARAMETERS)}."
        )
    config: dict[str, Any] = {_PARAMETERS[name]: value for name, value in parameters.items()}
    if isinstance(config.get("stopStrings"), str):
        config["stopStrings"] = [config["stopStrings"]]
    if descriptions := [_tool(tool) for tool in tools]:
        config["rawTools"] = {"type": "toolArray", "tools": descriptions}
    return config


def _messages(entries: Iterable[Entry]) -> Iterable[dict[str, Any]]:
    """Tool calls that follow each other, and what was said before them, are one message."""
    for turn in in_turns(entries):
        yield {"role": _role(turn[0]), "content": [_part(entry) for entry in turn]}


def _role(entry: Entry) -> str:
    match entry:
        case Message():
            return entry.role
        case ToolCall():
            return "assistant"
    return "tool"


def _part(entry: Entry) -> dict[str, Any]:
    match entry:
        case ToolCall(id, name, arguments):
            request = {"type": "function", "id": id, "name": name, "arguments": dict(arguments)}
            return {"type": "toolCallRequest", "toolCallRequest": request}
        case ToolOutput(call_id, output):
            return {"type": "toolCallResult", "content": output, "toolCallId": call_id}
    if entry.images:
        mend = "Use the addon openai_llm_python with the preset lmstudio."
        raise LlmError("bad_request", "Pictures cannot be sent over LM Studio's own protocol.", mend)
    return {"type": "text", "text": entry.text}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.json_schema()}
    return {"type": "function", "function": function}
