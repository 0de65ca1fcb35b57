"""The folder of one run: the transcript, the events, and the recording of the conversation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from wrappers.audio import ENGINE_RATE_HZ, Samples, WavWriter
from wrappers.report.json_lines import read_json_lines
from wrappers.report.recording import CHANNELS, Recording
from wrappers.report.utterance import Role, Utterance

TRANSCRIPT = "transcript.jsonl"
EVENTS = "events.jsonl"
RECORDING = "conversation.wav"

FATAL = -1000
"""TEN's code of an error after which a node gives up."""

Frame: TypeAlias = tuple[Role, Samples, int]
"""Side, int16 [n] at 16 kHz, ms since the start of the recording."""


@dataclass(frozen=True, slots=True)
class NodeError:
    """An `error` message of a node."""

    module: str
    text: str
    fatal: bool


def read_errors(path: Path) -> list[NodeError]:
    """The errors in an events.jsonl. Raises OSError."""
    events = read_json_lines(path)
    return [
        NodeError(str(event.get("module", "?")), str(event.get("message", "")), event.get("code") == FATAL)
        for event in events
        if event.get("name") == "error"
    ]


class RunFiles:
    """Writes to the folder of a run; everything is on the disk after each call. Blocking, for one thread.

    run_dir: made with the first thing that is written
    recording: where the sound goes; None: beside the transcript
    The methods raise OSError, and AudioFileError (of `wrappers.audio`) for the recording.
    """

    def __init__(self, run_dir: Path, recording: Path | None = None) -> None:
        self._run_dir = run_dir
        self._recording_path = recording or run_dir / RECORDING
        self._recording: Recording | None = None

    def add_utterance(self, utterance: Utterance) -> None:
        """Append one utterance to transcript.jsonl."""
        self._append(TRANSCRIPT, utterance.to_line())

    def add_event(self, name: str, time_ms: int | None, properties: dict[str, Any]) -> None:
        """Append one message to events.jsonl. time_ms: since the start of the recording, None before it"""
        own = {"name": name, "time_ms": time_ms}
        event = own | properties | own  # first in the line, and never those of the message
        self._append(EVENTS, json.dumps(event, ensure_ascii=False) + "\n")

    def add_frames(self, frames: list[Frame]) -> None:
        """Add sound to the recording."""
        if self._recording is None:
            self._recording = Recording(WavWriter(self._recording_path, ENGINE_RATE_HZ, CHANNELS))
        self._recording.add(frames)

    def close(self) -> None:
        """Complete the recording."""
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.close()

    def _append(self, name: str, line: str) -> None:
        self._run_dir.mkdir(parents=True, exist_ok=True)
        with (self._run_dir / name).open("a", encoding="utf-8") as file:
            file.write(line)
