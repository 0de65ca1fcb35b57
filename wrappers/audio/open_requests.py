"""What the sound process has been given to play and has not played yet, in case it is lost with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wrappers.audio.playback import PlaybackEvent


class OpenRequests:
    """Requests that began and did not end, with how far they were heard. Pure."""

    def __init__(self) -> None:
        self._requests: dict[str, tuple[int, Mapping[str, Any]]] = {}

    def add(self, request_id: str, metadata: Mapping[str, Any]) -> None:
        """Something of this request goes to the sound process."""
        self._requests.setdefault(request_id, (0, metadata))

    def follow(self, event: PlaybackEvent) -> None:
        """The sound process tells what was heard."""
        if event.state in ("drained", "flushed"):
            self._requests.pop(event.request_id, None)
        elif event.request_id in self._requests:
            self._requests[event.request_id] = event.played_ms, event.metadata

    def give_up(self) -> list[PlaybackEvent]:
        """All that was not played is gone: what is to be told of it."""
        given_up, self._requests = self._requests, {}
        return [
            PlaybackEvent("flushed", request_id, played_ms, 0, metadata)
            for request_id, (played_ms, metadata) in given_up.items()
        ]
