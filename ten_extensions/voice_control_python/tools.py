"""The tools that nodes of the graph offer to the language model. Pure: no I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool, as its node has registered it."""

    node: str
    name: str
    description: str
    parameters: tuple[dict[str, Any], ...] = ()
    """name, type (of JSON Schema), description, required of each."""

    def as_message(self) -> dict[str, Any]:
        """In the form of `chat_completion`."""
        return {"name": self.name, "description": self.description, "parameters": list(self.parameters)}


class Toolbox:
    """All tools, by name. Of two with one name the later one counts: a node may come back with other parameters."""

    def __init__(self) -> None:
        self._tools: dict[str, OfferedTool] = {}

    def put(self, tool: OfferedTool) -> None:
        self._tools[tool.name] = tool

    def offers(self) -> tuple[dict[str, Any], ...]:
        """All tools in the form of `chat_completion`, in an order that does not change: prompts are cached."""
        return tuple(self._tools[name].as_message() for name in sorted(self._tools))

    def node_of(self, name: str) -> str:
        return self._tools[name].node

    def problem_with(self, name: str, arguments: dict[str, Any]) -> str:
        """Why a call cannot be made, as a sentence for the model; empty if it can."""
        tool = self._tools.get(name)
        if tool is None:
            return f"There is no tool {name}. There are: {', '.join(sorted(self._tools)) or 'none'}."
        for parameter in tool.parameters:
            key, kind = parameter["name"], str(parameter.get("type", "string"))
            if key not in arguments:
                if parameter.get("required"):
                    return f"The parameter {key} is missing."
            elif not _is_a(kind, arguments[key]):
                return f"The parameter {key} must be of type {kind}."
        return ""


def _is_a(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, (object,)))
