"""Watches the messages of the graph: passes them on to the recorder, and remembers errors."""

from __future__ import annotations

from typing import Any

import numpy as np

from wrappers.audio import ENGINE_RATE_HZ
from wrappers.report import Event, Kind, NodeError, Recorder, Sound, track_of

KINDS: dict[str, Kind] = {"cmd": "cmd", "cmd_result": "result", "data": "data"}
BYTES_PER_SAMPLE = 2


class Watch:
    """The observer that the app gives to the embedded runtime. It runs in the middle of every send, so it only copies.

    report_node: frames that are sent to it are tracks of the recording, and errors are the user's
    echo_node: what it sends is one, too, wherever that goes
    """

    def __init__(self, recorder: Recorder | None, report_node: str, echo_node: str) -> None:
        self.errors: list[NodeError] = []
        """The `error` messages to the report so far; what a failover node has dealt with does not get there."""
        self._recorder = recorder
        self._report_node = report_node
        self._echo_node = echo_node

    def __call__(self, kind: str, view: Any, source: str, destinations: tuple[str, ...], time_ms: float) -> None:
        if kind == "audio_frame":
            if self._recorder is not None and (self._report_node in destinations or source == self._echo_node):
                self._keep_sound(view, source)
        elif kind in KINDS and (self._recorder is not None or view.name == "error"):
            name = view.command if kind == "cmd_result" else view.name
            event = Event(round(time_ms), KINDS[kind], name, source, destinations, view.properties)
            if self._recorder is not None:
                self._recorder.add(event)
            if self._report_node in destinations and (error := NodeError.of(event)):
                self.errors.append(error)

    def _keep_sound(self, view: Any, source: str) -> None:
        track = track_of(view.name, source, self._echo_node)
        pcm = bytes(view.buffer)
        channels = view.field("number_of_channels") or 1
        if track is None or view.field("bytes_per_sample") not in (0, BYTES_PER_SAMPLE):
            return
        if len(pcm) % (BYTES_PER_SAMPLE * channels):
            return  # whoever it was sent to says so
        metadata = view.properties.get("metadata")
        heard_ms = metadata.get("heard_ms") if isinstance(metadata, dict) else None
        samples = np.frombuffer(pcm, "<i2")
        if channels > 1:
            samples = samples.reshape(-1, channels).mean(axis=1).astype(np.int16)
        rate_hz = view.field("sample_rate") or ENGINE_RATE_HZ
        self._recorder.add(Sound(track, samples, rate_hz, heard_ms or view.field("timestamp")))  # type: ignore[union-attr]
