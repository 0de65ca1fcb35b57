"""What a conversation hears about. Times are ms on the app's one clock unless said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from .tools import OfferedTool


class Timer(StrEnum):
    """What the conversation may wait for; one timer of each name at a time."""

    READY = "ready"
    """A node that does not become ready."""
    FINALIZE = "finalize"
    """A recogniser that does not answer `asr_finalize`."""
    DECIDE = "decide"
    """A turn detector that does not answer."""
    ANSWER = "answer"
    """The silence after which the turn is the agent's."""
    THINK = "think"
    """A model that gives no sound in time."""
    PLAYBACK = "playback"
    """A speaker that tells nothing while it should speak."""
    CONFIRM = "confirm"
    """Speech over the agent's voice that is long enough to be an interruption."""
    PAUSE = "pause"
    """An interruption that is still undecided."""
    TOOLS = "tools"
    """Tools that do not answer."""
    FILLER = "filler"
    """Tools that take so long that the user should hear something."""
    IDLE = "idle"
    """A silence so long that the agent says something."""
    LEAVE = "leave"
    """The end of the app, once the user has left."""


@dataclass(frozen=True, slots=True)
class NodeReady:
    node: str
    context_tokens: int = 0
    """Of a language model: how much it can hold; 0 if it does not tell."""


@dataclass(frozen=True, slots=True)
class NodeFailed:
    """A node sent a fatal error."""

    node: str
    module: str
    text: str


@dataclass(frozen=True, slots=True)
class UserSpeechStarted:
    start_ms: int
    """First speech sample."""
    is_voiced: bool = True
    """It is a voice, or the VAD does not tell voices from coughs; else `UserSpeechVoiced` may follow."""


@dataclass(frozen=True, slots=True)
class UserSpeechVoiced:
    """It has a pitch: it is a voice."""


@dataclass(frozen=True, slots=True)
class UserSpeechPaused:
    """The user is silent for a moment; the utterance may go on."""


@dataclass(frozen=True, slots=True)
class UserSpeechResumed:
    """The utterance went on after a moment of silence."""


@dataclass(frozen=True, slots=True)
class UserSpeechEnded:
    end_ms: int
    """Last speech sample."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the recogniser understood of one utterance so far, or finally."""

    text: str
    final: bool
    end_ms: int
    language: str = ""
    start_ms: int | None = None
    """Where it is not known, it is as if all was said at the end."""
    is_doubtful: bool = False
    """It is too short for how sure the recogniser is: it counts, but interrupts nobody."""
    sure: str = ""
    """The beginning of the text, as far as the recogniser will not take it back."""
    is_echo: bool = False
    """Nobody said anything: the agent has heard itself."""


@dataclass(frozen=True, slots=True)
class FinalizeEnded:
    finalize_id: str


@dataclass(frozen=True, slots=True)
class TurnDecided:
    text: str
    """The transcript that was judged."""
    decision: Literal["finished", "unfinished", "wait"]
    wait_ms: int
    """Silence since the end of speech to wait for before answering."""


@dataclass(frozen=True, slots=True)
class LlmText:
    request_id: str
    delta: str


@dataclass(frozen=True, slots=True)
class LlmToolCall:
    """The model wants a tool to be run, once it has ended."""

    request_id: str
    name: str
    arguments: dict[str, Any]
    problem: str = ""
    """Why the arguments could not be read."""


@dataclass(frozen=True, slots=True)
class LlmEnded:
    request_id: str
    error: str = ""
    """Empty when it ended well."""
    kind: str = ""
    """Of the error, where it has one: see `wrappers.llm.base.ErrorKind`."""


@dataclass(frozen=True, slots=True)
class ToolOffered:
    """A node has something that the model may call."""

    tool: OfferedTool


@dataclass(frozen=True, slots=True)
class ToolReturned:
    request_id: str
    """Of the answer that it was called for."""
    call_id: str
    output: str
    """What the model is told, be it a result or a failure."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to be said of the app's own accord, when nobody speaks."""

    text: str


@dataclass(frozen=True, slots=True)
class TtsStarted:
    request_id: str


@dataclass(frozen=True, slots=True)
class TtsEnded:
    """Synthesis has ended; playing goes on."""

    request_id: str
    failed: bool
    audio_ms: int
    """Audio that was made in all."""


@dataclass(frozen=True, slots=True)
class TtsText:
    """When a piece of text is spoken, in ms from the first sample of its request."""

    request_id: str
    text: str
    start_ms: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Playback:
    request_id: str
    state: Literal["started", "progress", "paused", "drained", "flushed"]
    played_ms: int
    """Heard of this request."""


@dataclass(frozen=True, slots=True)
class EchoChanged:
    mode: Literal["gate", "aec", "off"]
    """How the echo of the agent is dealt with; off: there is none."""
    speaking_interrupts: bool = True
    """Whether who talks over the agent is heard."""
    open_since_ms: int | None = None
    """Capture time from which on the microphone is open again; None before it was ever closed."""


@dataclass(frozen=True, slots=True)
class InterruptRequested:
    """The user pressed a key."""


@dataclass(frozen=True, slots=True)
class UserLeft:
    """No more speech will come."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    timer: Timer


Event: TypeAlias = (
    NodeReady
    | NodeFailed
    | UserSpeechStarted
    | UserSpeechVoiced
    | UserSpeechPaused
    | UserSpeechResumed
    | UserSpeechEnded
    | Transcript
    | FinalizeEnded
    | TurnDecided
    | LlmText
    | LlmToolCall
    | LlmEnded
    | ToolOffered
    | ToolReturned
    | Announcement
    | TtsStarted
    | TtsEnded
    | TtsText
    | Playback
    | EchoChanged
    | InterruptRequested
    | UserLeft
    | TimerFired
)
