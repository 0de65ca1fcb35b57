"""How far a request is spoken, whoever speaks it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from ten_runtime import Data

from ten_extensions.common.messages import Json

from .decision import Side
from .remaining import units, unsaid


@dataclass(slots=True)
class _Broken:
    """A piece that one voice began and the other one ends."""

    text: str
    rest: str
    start_ms: float


@dataclass(slots=True)
class SpokenRequest:
    """The texts of a request and what is known of their audio."""

    request_id: str
    metadata: Json
    side: Side
    """Who speaks it."""
    started: bool = False
    """`tts_audio_start` was sent."""
    ended: bool = False
    """No more text will come."""
    flushed: bool = False
    """Nobody wants it any more; only its end is awaited."""
    audio_ms: float = 0.0
    """Sent so far, of both voices."""
    _pieces: deque[str] = field(default_factory=deque)
    """Texts that no voice has told to be spoken."""
    _piece_start_ms: float = 0.0
    """Where the audio of the first of them begins."""
    _offset_ms: float = 0.0
    """Audio of the voice before the present one."""
    _broken: _Broken | None = None

    @property
    def epoch(self) -> int | None:
        epoch = self.metadata.get("epoch")
        return epoch if isinstance(epoch, int) else None

    def add(self, text: str, end: bool) -> None:
        """A text came."""
        self.ended = self.ended or end
        if text.strip():
            self._pieces.append(text)

    def told(self, data: Data, message: Json) -> tuple[float, float]:
        """A `tts_text_result` came: put its times on the whole request's audio. Returns ms and units of its text."""
        text, duration_ms = str(message.get("text", "")), float(message.get("duration_ms") or 0)
        start_ms = float(message.get("start_ms") or 0) + self._offset_ms
        self._piece_start_ms = start_ms + duration_ms
        if self._broken is not None and text == self._broken.rest:
            data.set_property_string("text", self._broken.text)
            start_ms, said = self._broken.start_ms, self._broken.text
            self._broken = None
        else:
            said = text
        if self._offset_ms:
            data.set_property_int("start_ms", round(start_ms))
            data.set_property_int("duration_ms", round(self._piece_start_ms - start_ms))
        if said in self._pieces:
            while self._pieces.popleft() != said:
                pass
        return (duration_ms, units(text)) if duration_ms else (0.0, 0.0)

    def break_off(self, to: Side, ms_per_unit: float) -> Json | None:
        """The voice ends here, and the other one goes on. Returns the `tts_text_result` of a complete piece."""
        self.side = to
        self._offset_ms = self.audio_ms
        said_units = (self.audio_ms - self._piece_start_ms) / ms_per_unit
        if not self._pieces or said_units <= 0:
            return None
        text = self._pieces[0]
        rest = unsaid(text, said_units)
        if rest:
            self._broken = _Broken(text, rest, self._piece_start_ms)
            return None
        self._pieces.popleft()
        start_ms, self._piece_start_ms = self._piece_start_ms, self.audio_ms
        return {
            "request_id": self.request_id,
            "text": text,
            "start_ms": round(start_ms),
            "duration_ms": round(self.audio_ms - start_ms),
            "words": [],
            "text_result_end": self.ended and not self._pieces,
            "metadata": self.metadata,
        }

    def unspoken(self) -> list[str]:
        """What the next voice is to say, piece by piece."""
        pieces = list(self._pieces)
        return [self._broken.rest, *pieces[1:]] if self._broken else pieces

    def set_total(self, data: Data) -> None:
        """Let a `tts_audio_end` tell the length of all audio."""
        if self._offset_ms:
            data.set_property_int("request_total_audio_duration_ms", round(self.audio_ms))

    def failed(self, reason: int) -> Json:
        """The `tts_audio_end` of a request that nobody could speak to its end."""
        return {
            "request_id": self.request_id,
            "request_event_interval_ms": 0,
            "request_total_audio_duration_ms": round(self.audio_ms),
            "reason": reason,
            "metadata": self.metadata,
        }
