"""When somebody spoke over the agent, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wrappers.report.event import Event
from wrappers.report.timeline.lane import Item, Lane
from wrappers.report.timeline.moments import Moments, text

AUDIBLE = ("started", "progress", "paused")
"""States of the loudspeaker in which an answer is under way."""

AT_ONCE_MS = 50
"""Words that stop the voice do so at once; after this it was the length of the speech."""


@dataclass(slots=True)
class Interruption:
    """Speech over the agent's voice, or a key. Times are ms since the start of the tracks."""

    start_ms: int
    """When the user began to speak, or pressed the key."""
    request_id: str
    turn_id: int | None
    """Of the answer that was under way."""
    ducked_ms: int | None = None
    paused_ms: int | None = None
    end_ms: int = 0
    """When it was decided."""
    outcome: Literal["stopped", "went on", "ended"] = "ended"
    """Whether the agent fell silent; `ended`: its answer was over meanwhile."""
    words: str = ""
    """What had been recognised by then, and when."""
    words_ms: int | None = None
    by_key: bool = False

    @property
    def reason(self) -> str:
        """Why it ended as it did."""
        match self.outcome:
            case _ if self.by_key:
                return "a key"
            case "stopped":
                is_recent = self.words_ms is not None and self.end_ms - self.words_ms <= AT_ONCE_MS
                return f"the words “{self.words}”" if is_recent else "the speech was long enough"
            case "went on":
                return f"“{self.words}” is no interruption" if self.words else "no words were recognised"
            case "ended":
                return "the answer was over"

    def story(self) -> str:
        """In a sentence."""
        if self.by_key:
            return "A key stopped the voice at once."
        parts = ["You spoke over the agent."]
        if self.ducked_ms is not None:
            parts.append(f"The voice was lowered after {max(0, self.ducked_ms - self.start_ms)} ms,")
        if self.paused_ms is not None:
            parts.append(f"paused after {self.paused_ms - self.start_ms} ms,")
        after = f"after {self.end_ms - self.start_ms} ms"
        match self.outcome:
            case "stopped":
                parts.append(f"and stopped {after}: {self.reason}.")
            case "went on":
                parts.append(f"and went on {after}: {self.reason}.")
            case "ended":
                parts.append(f"and the answer was over after {self.end_ms - self.start_ms} ms, before it was decided.")
        return " ".join(parts)


def read_interruptions(moments: Moments) -> list[Interruption]:
    """All of a run, in order."""
    reader = _Reader(moments)
    for event in moments.events:
        reader.take(event)
    return reader.finish()


def interruption_lane(interruptions: list[Interruption]) -> Lane:
    """One item for each."""
    items = [
        Item(
            found.start_ms,
            max(found.start_ms, found.end_ms),
            found.outcome,
            f"{found.outcome}: {found.reason}",
            found.story(),
        )
        for found in interruptions
    ]
    return Lane("interruptions", "barge-in", items)


class _Reader:
    """Follows the loudspeaker and the orders it is given."""

    def __init__(self, moments: Moments) -> None:
        self._moments = moments
        self._found: list[Interruption] = []
        self._open: Interruption | None = None
        self._heard: Event | None = None
        """The last news of an answer that is under way."""
        self._speech_ms = 0
        self._key_ms: int | None = None

    def take(self, event: Event) -> None:
        match event.kind, event.name:
            case "data", "start_of_sentence":
                self._speech_ms = self._moments.time_ms(event, "start_ms")
            case "data", "playback_state":
                self._heard = event if event.properties.get("state") in AUDIBLE else None
            case "data", "asr_result" if self._open is not None:
                if words := text(event.properties.get("text")):
                    self._open.words, self._open.words_ms = words, event.time_ms
            case "cmd", "interrupt":
                self._key_ms = event.time_ms
            case "cmd", "duck" if self._open is None and self._heard is not None:
                self._open = Interruption(
                    self._speech_ms, self._heard.request_id or "", self._heard.turn_id, ducked_ms=event.time_ms
                )
            case "cmd", "pause" if self._open is not None:
                self._open.paused_ms = event.time_ms
            case "cmd", "flush":
                self._flush(event)
            case "cmd", "resume" if self._open is not None:
                # A resume after the answer's last sample decides nothing any more.
                self._close(event.time_ms, "went on" if self._heard is not None else "ended")

    def finish(self) -> list[Interruption]:
        if self._open is not None:
            self._close(self._moments.end_ms, "ended")
        return self._found

    def _flush(self, event: Event) -> None:
        if self._heard is None:
            return  # an answer that nobody has heard was thrown away
        if self._open is None:
            heard = self._heard
            self._open = Interruption(self._key_ms or event.time_ms, heard.request_id or "", heard.turn_id)
        self._open.by_key = self._key_ms is not None
        self._close(event.time_ms, "stopped")

    def _close(self, end_ms: int, outcome: Literal["stopped", "went on", "ended"]) -> None:
        if self._open is not None:
            self._open.end_ms, self._open.outcome = end_ms, outcome
            self._found.append(self._open)
        self._open = self._key_ms = None
        if outcome != "went on":
            self._heard = None
