"""The answers of the agent, each followed from the question to the model to the last heard sample."""

from __future__ import annotations

from dataclasses import dataclass, field

from wrappers.report.event import Event
from wrappers.report.timeline.moments import Moments, number, text


@dataclass(slots=True)
class Piece:
    """A stretch of the answer as the voice made it."""

    text: str
    made_ms: int
    """When all its sound was there."""
    start_ms: int
    """Of its sound, since the first sample of the request."""
    duration_ms: int


@dataclass(slots=True)
class Request:
    """One answer, or one that was thrown away. Times are ms since the start of the tracks; None: it never happened."""

    id: str
    turn_id: int | None = None
    asked_ms: int | None = None
    """The model was asked."""
    text: str = ""
    """What the model wrote."""
    deltas_ms: list[int] = field(default_factory=list)
    written_ms: int | None = None
    """The model's text was complete."""
    aborted_ms: int | None = None
    failure: str = ""
    given: list[tuple[int, str]] = field(default_factory=list)
    """When which text went to the voice."""
    sound_ms: int | None = None
    """The voice's first sound."""
    pieces: list[Piece] = field(default_factory=list)
    played: list[tuple[int, int]] = field(default_factory=list)
    """(when, how much of its sound was heard by then)"""
    is_flushed: bool = False
    """The loudspeaker was silenced before its end."""

    @property
    def heard_ms(self) -> int | None:
        """When its first sample was heard."""
        return self.played[0][0] if self.played else None

    @property
    def played_ms(self) -> int:
        """How much of its sound was heard."""
        return self.played[-1][1] if self.played else 0

    def when_ms(self, sound_ms: int) -> int:
        """When this sample of its sound was heard: between two reports the voice went on steadily."""
        last_ms, last_sound_ms = self.played[0]
        for time_ms, played_ms in self.played[1:]:
            if played_ms >= sound_ms and played_ms > last_sound_ms:
                share = (sound_ms - last_sound_ms) / (played_ms - last_sound_ms)
                return round(last_ms + share * (time_ms - last_ms))
            last_ms, last_sound_ms = time_ms, max(played_ms, last_sound_ms)
        return last_ms


def read_requests(moments: Moments) -> list[Request]:
    """All requests of a run, in the order in which they began."""
    found: dict[str, Request] = {}
    for event in moments.events:
        # TEN's llm-interface calls it response_id in the model's results.
        request_id = event.request_id or text(event.properties.get("response_id"))
        if request_id:
            request = found.setdefault(request_id, Request(request_id))
            request.turn_id = event.turn_id if request.turn_id is None else request.turn_id
            _follow(request, event, moments)
    return list(found.values())


def _follow(request: Request, event: Event, moments: Moments) -> None:
    properties = event.properties
    match event.kind, event.name:
        case "cmd", "chat_completion" if request.asked_ms is None:
            request.asked_ms = event.time_ms
        case "cmd", "abort":
            request.aborted_ms = event.time_ms
        case "result", _:
            _follow_model(request, event)
        case "data", "error":
            request.failure = text(properties.get("message"))
        case "data", "tts_text_input" if text(properties.get("text")):
            request.given.append((event.time_ms, text(properties.get("text"))))
        case "data", "tts_audio_start":
            request.sound_ms = event.time_ms
        case "data", "tts_text_result":
            start_ms, duration_ms = (round(number(properties.get(key)) or 0) for key in ("start_ms", "duration_ms"))
            request.pieces.append(Piece(text(properties.get("text")), event.time_ms, start_ms, duration_ms))
        case "data", "playback_state":
            request.played.append((moments.time_ms(event, "ts_ms"), round(number(properties.get("played_ms")) or 0)))
            request.is_flushed = request.is_flushed or properties.get("state") == "flushed"


def _follow_model(request: Request, event: Event) -> None:
    match event.properties.get("type"):
        case "message_content_delta":
            delta = event.properties.get("delta")
            request.text += delta if isinstance(delta, str) else ""
            request.deltas_ms.append(event.time_ms)
        case "message_content_done":
            request.text = request.text or text(event.properties.get("content"))
            request.written_ms = event.time_ms
