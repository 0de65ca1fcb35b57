"""Reads the command `chat_completion` of TEN's llm-interface."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from ten_extensions.common.config import parse_config
from ten_extensions.common.messages import Json
from wrappers.llm.base import ChatRequest, Entry, Message, Tool, ToolCall, ToolOutput, ToolParameter


@dataclass(frozen=True, slots=True)
class CompletionCommand:
    """A valid `chat_completion`."""

    request_id: str
    chat: ChatRequest
    streaming: bool
    metadata: Json


class _Wire(BaseModel):
    """Fields that other senders add are none of our business."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Parameter(_Wire):
    name: str = Field(min_length=1)
    type: str = "string"
    description: str = ""
    required: bool = False


class _Tool(_Wire):
    name: str = Field(min_length=1)
    description: str = ""
    parameters: list[_Parameter] = []


class _Message(_Wire):
    """One entry of the conversation; which fields it needs depends on `type`."""

    type: Literal["message", "function_call", "function_call_output"] = "message"
    role: Literal["system", "user", "assistant", "tool"] = "assistant"
    content: JsonValue = None
    call_id: str = ""
    name: str = ""
    arguments: JsonValue = None
    output: str = ""

    @field_validator("content")
    @classmethod
    def check_content(cls, content: JsonValue) -> JsonValue:
        if content is None or isinstance(content, str):
            return content
        parts: list[JsonValue] = content if isinstance(content, list) else [content]
        if not all(_is_part(part) for part in parts):
            raise ValueError(
                "a text, or a list of {type: text, text} and {type: image_url, image_url: {url}}, is allowed"
            )
        return parts

    @field_validator("arguments")
    @classmethod
    def read_arguments(cls, arguments: JsonValue) -> JsonValue:
        read = json.loads(arguments or "{}") if isinstance(arguments, str) else arguments or {}
        if not isinstance(read, dict):
            raise ValueError("an object, or its JSON text, is allowed")
        return read

    @model_validator(mode="after")
    def check_type(self) -> _Message:
        if self.type == "message" and "role" not in self.model_fields_set:
            raise ValueError("role is missing")
        if self.type == "message" and self.role == "tool":
            raise ValueError("role tool is allowed only with type function_call_output")
        if self.type == "function_call" and not self.name:
            raise ValueError("name of the function is missing")
        return self

    def entry(self) -> Entry:
        match self.type:
            case "function_call":
                return ToolCall(self.call_id, self.name, self.arguments if isinstance(self.arguments, dict) else {})
            case "function_call_output":
                return ToolOutput(self.call_id, self.output)
        if self.role == "tool":  # refused above; told apart here for the type checker
            return ToolOutput(self.call_id, self.output)
        parts: list[Any] = self.content if isinstance(self.content, list) else []
        text = self.content if isinstance(self.content, str) else " ".join(p["text"] for p in parts if "text" in p)
        return Message(self.role, text, tuple(p["image_url"]["url"] for p in parts if "image_url" in p))


class _Completion(_Wire):
    request_id: str = Field(min_length=1)
    messages: list[_Message] = Field(min_length=1)
    streaming: bool = True
    tools: list[_Tool] = []
    parameters: dict[str, Any] = {}
    model: str = ""
    prompt: str = ""
    metadata: dict[str, Any] = {}


def read_completion(properties: Json, default_prompt: str = "") -> CompletionCommand:
    """Check and read the properties of the command.

    default_prompt: system prompt where neither `prompt` nor a system message is given
    raises InvalidConfig that names each wrong place: `messages.2.role: "robot" is not one of system, user, ...`
    """
    read = parse_config(_Completion, properties)
    entries = tuple(message.entry() for message in read.messages)
    has_system = any(isinstance(entry, Message) and entry.role == "system" for entry in entries)
    if read.prompt:
        others = (entry for entry in entries if not (isinstance(entry, Message) and entry.role == "system"))
        entries = (Message("system", read.prompt), *others)
    elif default_prompt and not has_system:
        entries = (Message("system", default_prompt), *entries)
    tools = tuple(
        Tool(tool.name, tool.description, tuple(ToolParameter(**part.model_dump()) for part in tool.parameters))
        for tool in read.tools
    )
    chat = ChatRequest(entries, tools, read.parameters, read.model)
    return CompletionCommand(read.request_id, chat, read.streaming, read.metadata)


def _is_part(part: JsonValue) -> bool:
    if not isinstance(part, dict):
        return False
    if part.get("type") == "text":
        return isinstance(part.get("text"), str)
    image = part.get("image_url")
    return part.get("type") == "image_url" and isinstance(image, dict) and isinstance(image.get("url"), str)
