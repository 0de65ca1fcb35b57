"""Runs a tool in the node that offers it: TEN's command `tool_call`."""

from __future__ import annotations

import json
from typing import Any

from ten_runtime import AsyncTenEnv, Loc, StatusCode

from ten_extensions.common.messages import Json, make_cmd, read

from .actions import CallTool
from .tools import OfferedTool

LONGEST_OUTPUT = 8000
"""Characters; more would drive the conversation out of the model's context."""


def read_offer(properties: Json, node: str) -> OfferedTool | None:
    """The tool of a `tool_register`; None for one that cannot be offered."""
    tool = properties.get("tool")
    if not isinstance(tool, dict) or not tool.get("name") or not isinstance(tool["name"], str):
        return None
    parameters = tool.get("parameters") or []
    if not isinstance(parameters, list) or not all(isinstance(p, dict) and p.get("name") for p in parameters):
        return None
    return OfferedTool(node, tool["name"], str(tool.get("description", "")), tuple(parameters))


async def call_tool(ten_env: AsyncTenEnv, call: CallTool, metadata: Json) -> str:
    """Send the command to its node; returns what the model is to be told, be it a result or a failure."""
    cmd = make_cmd("tool_call", name=call.name, arguments=call.arguments, metadata=metadata)
    cmd.set_dests([Loc("", "", call.node)])
    result, error = await ten_env.send_cmd(cmd)
    if result is None:
        return f"The tool failed: {error.error_message() if error else 'it gave no answer'}"
    properties = read(result)
    if result.get_status_code() != StatusCode.OK:
        return f"The tool failed: {properties.get('detail') or 'it does not say why'}"
    return _text_of(properties.get("tool_result"))[:LONGEST_OUTPUT]


def _text_of(tool_result: Any) -> str:
    """TEN's results are `{type, content}`: a text, or whatever else JSON can hold."""
    content = tool_result.get("content") if isinstance(tool_result, dict) else tool_result
    if content is None or content == "":
        return "Done."
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
