"""What a conversation wants done, in this order. Times are ms on the app's one clock unless said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from wrappers.text import Language

from .events import Timer
from .options import BargeInMode

State: TypeAlias = Literal["waiting", "listening", "hearing", "deciding", "thinking", "speaking", "ended"]


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Replaces a running timer of the same name."""

    timer: Timer
    delay_ms: int


@dataclass(frozen=True, slots=True)
class StopTimer:
    timer: Timer


@dataclass(frozen=True, slots=True)
class StartInput:
    """The microphone may begin."""


@dataclass(frozen=True, slots=True)
class Finalize:
    """Ask the recogniser for the final text of the utterance that ended at `end_ms`."""

    finalize_id: str
    end_ms: int


@dataclass(frozen=True, slots=True)
class AskTurnDetection:
    turn_id: int
    text: str
    language: str
    start_ms: int
    end_ms: int
    """From first to last speech in capture time, for a detector that listens."""


@dataclass(frozen=True, slots=True)
class AskLlm:
    request_id: str
    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...] = ()
    """What the model may call, in the form of `chat_completion`."""


@dataclass(frozen=True, slots=True)
class PrefillLlm:
    """Let the model read the beginning of a question that will come, if it can."""

    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class CallTool:
    request_id: str
    """Of the answer that it is for."""
    call_id: str
    node: str
    name: str
    arguments: dict[str, Any]
    language: Language
    """Of the user."""


@dataclass(frozen=True, slots=True)
class AbortLlm:
    request_id: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Text for the voice; the last one of a request has `end` and may be empty."""

    request_id: str
    turn_id: int
    epoch: int
    text: str
    end: bool


@dataclass(frozen=True, slots=True)
class FlushSpeaker:
    """Silence now, and drop whatever arrives of epochs below `min_epoch`."""

    min_epoch: int


@dataclass(frozen=True, slots=True)
class FlushTts:
    min_epoch: int


@dataclass(frozen=True, slots=True)
class Duck:
    gain_db: float
    ramp_ms: int


@dataclass(frozen=True, slots=True)
class Pause:
    pass


@dataclass(frozen=True, slots=True)
class Resume:
    """Full volume again, from the very sample where it paused."""

    ramp_ms: int


@dataclass(frozen=True, slots=True)
class ShowText:
    """The text of a turn so far, for whoever watches."""

    turn_id: int
    role: Literal["user", "assistant"]
    text: str
    final: bool


@dataclass(frozen=True, slots=True)
class ShowState:
    state: State
    turn_id: int
    barge_in: BargeInMode
    """How speaking over the agent stops it at the moment."""


@dataclass(frozen=True, slots=True)
class ReportUtterance:
    """One finished utterance, for the transcript."""

    turn_id: int
    role: Literal["user", "agent"]
    text: str
    """Of the agent only what was heard."""
    start_ms: int
    end_ms: int
    interrupted: bool = False
    stages_ms: dict[str, int] = field(default_factory=dict)
    """When each stage was reached, in ms after the end of the user's speech."""
    start_is_lost: bool = False
    """Of the user: its beginning was not heard, because the microphone was closed while the agent spoke."""


@dataclass(frozen=True, slots=True)
class DropEcho:
    """The agent has heard itself; nothing comes of it."""

    text: str
    count: int
    """How often that has happened."""


@dataclass(frozen=True, slots=True)
class Warn:
    """Something the user should know; the conversation goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class CloseApp:
    error: str = ""
    """Why it cannot go on; empty when all is well."""


Action: TypeAlias = (
    StartTimer
    | StopTimer
    | StartInput
    | Finalize
    | AskTurnDetection
    | AskLlm
    | PrefillLlm
    | CallTool
    | AbortLlm
    | Speak
    | FlushSpeaker
    | FlushTts
    | Duck
    | Pause
    | Resume
    | ShowText
    | ShowState
    | ReportUtterance
    | DropEcho
    | Warn
    | CloseApp
)
