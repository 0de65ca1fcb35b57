"""The folder of one run: transcript, events, sound, and how it came about."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from wrappers.audio import ENGINE_RATE_HZ, AudioFileError, Resampler, Samples
from wrappers.disk import sync
from wrappers.report.event import Event
from wrappers.report.recording import Frame, Recording, TrackName
from wrappers.report.utterance import Utterance

TRANSCRIPT = "transcript.jsonl"
EVENTS = "events.jsonl"
ABOUT = "run.json"
GRAPH = "graph.json"
UTTERANCE = "turn_report"
"""The message that holds one utterance, sent when its turn is over."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One frame of a track."""

    track: TrackName
    samples: Samples
    rate_hz: int
    time_ms: int
    """When its first sample was heard, on the app's clock."""


class RunFiles:
    """Writes to the folder of a run. Blocking, for one thread; never raises: what cannot be kept is told, once.

    folder: made with the first thing that is written
    about: what run.json says beside the time of the start
    conversation: where the stereo recording goes; None: into the folder
    max_bytes: so much sound is kept; transcript and events go on
    complain: takes sentences for the user

    Everything is with the system after each call, and on the disk itself after each turn. Times count from the first
    sound: of the user, or of an agent that greets. As long as the run is written, its run.json is locked.
    """

    def __init__(
        self,
        folder: Path,
        complain: Callable[[str], None],
        *,
        about: dict[str, Any] | None = None,
        conversation: Path | None = None,
        max_bytes: int | None = None,
    ) -> None:
        self._folder = folder
        self._complain = complain
        self._about = about or {}
        self._conversation = conversation
        self._max_bytes = max_bytes
        self._said: set[str] = set()
        self._descriptors: dict[str, int] = {}
        self._recording: Recording | None = None
        self._keeps_sound = True
        self._resamplers: dict[tuple[TrackName, int], Resampler] = {}
        self._origin_ms: int | None = None
        self._early: list[Event] = []
        """What was sent before the first sound: its time is not known before that is."""
        self._try(self._write_about)

    def add(self, items: Iterable[Event | Sound]) -> None:
        """Write what happened, in its order."""
        events: list[Event] = []
        frames: list[Frame] = []
        for item in items:
            if isinstance(item, Event):
                self._find_origin(item)
                events.append(item)
            elif self._keeps_sound:
                frames += self._frames_of(item)
        self._try(self._write_events, events)
        if frames:
            self._keeps_sound = self._try(self._write_sound, frames) and not self._is_full()
        if any(event.name == UTTERANCE for event in events):
            self._try(self._sync)

    def close(self) -> None:
        """Complete the files."""
        if self._origin_ms is None and self._early:
            self._begin(self._early[-1].time_ms)  # nobody was ever heard
            self._try(self._write_events, [])
        if self._recording is not None and self._keeps_sound:
            self._try(self._recording.close)
        self._recording = None
        self._try(self._sync)
        while self._descriptors:
            os.close(self._descriptors.popitem()[1])

    def tell(self, text: str) -> None:
        """Tell the user something, once."""
        if text not in self._said:
            self._said.add(text)
            self._complain(text)

    def _find_origin(self, event: Event) -> None:
        """An utterance begins the run where no sound comes."""
        if self._origin_ms is None and event.name == UTTERANCE:
            start_ms = event.properties.get("start_ms")
            self._begin(start_ms if isinstance(start_ms, int) else event.time_ms)

    def _frames_of(self, sound: Sound) -> list[Frame]:
        if self._origin_ms is None:
            if sound.track != "microphone" and not sound.samples.any():
                return []  # the loudspeaker runs while engines load: the run begins when somebody can be heard
            self._begin(sound.time_ms)
        assert self._origin_ms is not None
        resampler = self._resamplers.get((sound.track, sound.rate_hz))
        if resampler is None:
            resampler = Resampler(sound.rate_hz, ENGINE_RATE_HZ)
            self._resamplers[sound.track, sound.rate_hz] = resampler
        time_ms = sound.time_ms - round(resampler.held_ms)  # it gives what it held back before it gives this frame
        samples = resampler.push(sound.samples)
        return [(sound.track, samples, time_ms - self._origin_ms)] if time_ms >= self._origin_ms else []

    def _begin(self, origin_ms: int) -> None:
        self._origin_ms = origin_ms
        self._try(self._write_about)

    def _write_about(self) -> None:
        time_base = {
            "zero": "the first sample of the tracks",
            "unit": "ms",
            "track_rate_hz": ENGINE_RATE_HZ,
            "clock_at_zero_ms": self._origin_ms,
        }
        started = datetime.now().astimezone().isoformat(timespec="milliseconds")
        about = {"format": 1, "started": started, "time_base": time_base} | self._about
        descriptor = self._open(ABOUT)
        os.ftruncate(descriptor, 0)
        _write_all(descriptor, json.dumps(about, ensure_ascii=False, indent=2) + "\n")

    def _write_events(self, events: list[Event]) -> None:
        if self._origin_ms is None:
            self._early += events
            return
        ready, self._early = self._early + events, []
        if ready:
            self._append(EVENTS, "".join(event.to_line(self._origin_ms) for event in ready))
        utterances = [_utterance_line(event, self._origin_ms) for event in ready if event.name == UTTERANCE]
        if any(utterances):
            self._append(TRANSCRIPT, "".join(utterances))

    def _write_sound(self, frames: list[Frame]) -> None:
        if self._recording is None:
            self._recording = Recording(self._folder, self._conversation)
        self._recording.add(frames)

    def _is_full(self) -> bool:
        if self._max_bytes is None or self._recording is None or self._recording.bytes_written < self._max_bytes:
            return False
        self.tell(f"more than {self._max_bytes / 1e9:g} GB of sound in one run: from here on only the words are kept")
        self._try(self._recording.close)
        return True

    def _sync(self) -> None:
        for descriptor in self._descriptors.values():
            sync(descriptor)
        if self._recording is not None and self._keeps_sound:
            self._recording.sync()

    def _append(self, name: str, lines: str) -> None:
        _write_all(self._open(name), lines)

    def _open(self, name: str) -> int:
        if name not in self._descriptors:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            self._descriptors[name] = descriptor
            if name == ABOUT:
                with contextlib.suppress(OSError):  # a file system without locks
                    fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return self._descriptors[name]

    def _try(self, write: Callable[..., None], *arguments: Any) -> bool:
        try:
            write(*arguments)
        except (OSError, AudioFileError) as error:
            self.tell(f"the conversation is not kept: {error}. Free space, or choose another folder")
            return False
        return True


def _write_all(descriptor: int, text: str) -> None:
    rest = memoryview(text.encode(errors="replace"))  # a model may give half a character
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _utterance_line(event: Event, origin_ms: int) -> str:
    try:
        return Utterance.of(event.properties, origin_ms).to_line()
    except ValueError:
        return ""  # another node's message of that name; it stands in the events
