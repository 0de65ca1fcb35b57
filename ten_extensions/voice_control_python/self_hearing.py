"""Keeps what the agent hears of itself out of the conversation. Pure: no I/O, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from wrappers.echo import SpokenEcho

from .actions import Action, DropEcho
from .events import EchoChanged, Event, Playback, Transcript
from .reply import Reply


class SelfHearing:
    """The last line of defence: an echo that nothing else has caught is known by its words.

    All events pass through it, on their way to the conversation.
    """

    def __init__(self, emit: Callable[[Action], None]) -> None:
        self._emit = emit
        self._echo = SpokenEcho()
        self._dropped = 0

    def sift(self, event: Event, reply: Reply | None, now_ms: int) -> Event:
        """The event as the conversation is to see it: in place of the agent's own words, nothing was said.

        reply: what the agent is saying
        """
        match event:
            case EchoChanged(mode):
                self._echo.mode = mode
            case Playback():
                self._playback(event, reply, now_ms)
            case Transcript() if self._recognises(event):
                return self._drop(event)
        return event

    def _playback(self, event: Playback, reply: Reply | None, now_ms: int) -> None:
        heard_text = reply.heard.until(event.played_ms) if reply and reply.request_id == event.request_id else ""
        self._echo.playback(event.request_id, event.state, now_ms, heard_text)

    def _recognises(self, event: Transcript) -> bool:
        start_ms = event.end_ms if event.start_ms is None else event.start_ms
        return self._echo.recognises(event.text, start_ms, event.end_ms)

    def _drop(self, event: Transcript) -> Transcript:
        if event.final:
            self._dropped += 1
            self._emit(DropEcho(event.text, self._dropped))
        return replace(event, text="", sure="", is_echo=True)
