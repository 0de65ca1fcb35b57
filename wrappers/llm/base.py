"""What every streaming language model looks like to the rest of the app."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from wrappers.errors import EngineFailed

Role = Literal["system", "user", "assistant"]

ErrorKind = Literal[
    "unreachable",
    "no_model",
    "model_too_large",
    "unauthorized",
    "rate_limit",
    "context_overflow",
    "bad_request",
    "too_slow",
    "failed",
]


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was said."""

    role: Role
    text: str
    images: tuple[str, ...] = ()
    """Addresses of pictures that belong to it (http or data URLs)."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants a tool to be run; also the record of it in the history."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    problem: str = ""
    """Why the arguments cannot be read, as a sentence that the model can be told; empty where they can."""


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a tool answered to the call with this id."""

    call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thinks; never spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the engine says a completion took, at its end; not every engine does."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    """Of the prompt, those that had been read before; 0 also where the engine does not tell."""


Entry: TypeAlias = Message | ToolCall | ToolOutput
Delta: TypeAlias = TextDelta | ReasoningDelta | ToolCall | Usage


@dataclass(frozen=True, slots=True)
class ToolParameter:
    name: str
    type: str
    """A JSON Schema type: string, number, integer, boolean, object or array."""
    description: str
    required: bool


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask for."""

    name: str
    description: str
    parameters: tuple[ToolParameter, ...] = ()

    def json_schema(self) -> dict[str, Any]:
        """The parameters as JSON Schema, as chat servers take them."""
        return {
            "type": "object",
            "properties": {
                parameter.name: {"type": parameter.type, "description": parameter.description}
                for parameter in self.parameters
            },
            "required": [parameter.name for parameter in self.parameters if parameter.required],
        }


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One completion to be made."""

    messages: tuple[Entry, ...]
    tools: tuple[Tool, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Sampling: temperature, top_p, max_tokens, ...; what is not given is left to the engine."""
    model: str = ""
    """Empty: the engine's own."""


LONGER_CONTEXT = "Load the model with a longer context, or set context_tokens of the node main_control to what it has."
"""What mends a context overflow, whose ever the model is."""


class LlmError(EngineFailed):
    """A completion failed; the text is for the user."""

    def __init__(self, kind: ErrorKind, text: str, mend: str = "") -> None:
        """text: what happened, as a sentence; mend: what to do about it, as a sentence."""
        super().__init__(f"{text} {mend}".strip())
        self.kind: ErrorKind = kind
        self.text = text
        self.mend = mend


class ChatEngine(Protocol):
    """A streaming language model, in this process or behind a server."""

    vendor: str
    """Name in messages, e.g. "lmstudio"."""

    async def open(self) -> None:
        """Get ready: load the model or look whether the server answers. raises LlmError"""

    def chat(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Stream one completion.

        Closing the generator, or cancelling the task that waits in it, cancels the completion at its source.
        Wrap it in `contextlib.aclosing`. Several may run at once, unless the engine says otherwise.
        raises LlmError
        """

    async def close(self) -> None:
        """Free what `open` took. Never raises; safe to call without `open`."""


@runtime_checkable
class Prefills(Protocol):
    """What an engine may be able to do besides: read a prompt before its end is known."""

    async def prefill(self, request: ChatRequest) -> None:
        """Read the prompt of `request`, whose last message may go on: a `chat` that begins like it then starts sooner.

        No answer is made. Cancelling ends it at once; what was read until then may be kept. Only one runs at a time,
        and none beside a `chat`.
        raises LlmError
        """


@runtime_checkable
class KnowsContext(Protocol):
    """What an engine may know besides."""

    @property
    def context_tokens(self) -> int:
        """How many tokens a prompt and its answer may have together; 0 = not known (yet). Asked after `open`."""
