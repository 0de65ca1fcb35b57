"""What reaches a recogniser beside the audio, as typed events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from ten_extensions.common.messages import Json
from wrappers.vad import SpeechEnded, SpeechEvent, SpeechPaused, SpeechResumed, SpeechStarted

DEFAULT_PRE_ROLL_MS = 200
"""Where a VAD does not say it."""


@dataclass(frozen=True, slots=True)
class Finalize:
    """A client says that the speaker has finished."""

    finalize_id: Any
    end_ms: int | None
    """Where the speech that is meant ended; None: with what has arrived."""
    metadata: Json
    asked_ms: int


@dataclass(frozen=True, slots=True)
class Connect:
    """Load the engine."""

    anew: bool = False
    """With a configuration that has changed."""


AsrEvent: TypeAlias = SpeechEvent | Finalize | Connect


def event_of(name: str, message: Json, now_ms: int) -> AsrEvent | None:
    """The event of a data message; None for one that is unknown, or has no time where it needs one."""
    metadata = message.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    start_ms, end_ms, time_ms = (_ms(message.get(key)) for key in ("start_ms", "end_ms", "time_ms"))
    match name:
        case "start_of_sentence" if start_ms is not None:
            pre_roll_ms = _ms(message.get("pre_roll_ms"))
            return SpeechStarted(start_ms, DEFAULT_PRE_ROLL_MS if pre_roll_ms is None else pre_roll_ms, 1.0)
        case "speech_pause" if time_ms is not None:
            return SpeechPaused(time_ms)
        case "speech_resume" if time_ms is not None:
            return SpeechResumed(time_ms)
        case "end_of_sentence" if end_ms is not None:
            return SpeechEnded(end_ms if start_ms is None else start_ms, end_ms)
        case "asr_finalize":
            return Finalize(message.get("finalize_id", ""), _ms(metadata.get("end_ms")), metadata, now_ms)
        case "trigger_connect":
            return Connect()
    return None


def _ms(value: Any) -> int | None:
    return round(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
