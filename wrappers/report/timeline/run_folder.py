"""Reads the folder of a run, whatever there is of it."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import soundfile

from wrappers.report.event import read_events
from wrappers.report.recording import CONVERSATION
from wrappers.report.run_files import ABOUT, EVENTS, GRAPH, TRANSCRIPT
from wrappers.report.timeline.envelopes import Level, read_envelopes
from wrappers.report.timeline.moments import Moments, clock_at_zero_ms, number
from wrappers.report.utterance import Utterance, read_transcript

T = TypeVar("T")

TRACKS = {"microphone": "microphone", "clean_microphone": "echo removed", "speaker": "agent"}
"""Files of one channel, and what is in them."""
CHANNELS = {"microphone": 0, "speaker": 1}
"""Where these are in the stereo recording, which stands in for a file that is missing."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a page is made of."""

    name: str
    utterances: list[Utterance]
    moments: Moments
    waves: dict[str, list[Level]]
    """The loudness of each track, finest level first."""
    sounds: list[str]
    """Names of the sound files that can be played."""
    about: dict[str, Any] = field(default_factory=dict)
    """run.json"""
    graph: dict[str, Any] = field(default_factory=dict)
    """graph.json"""
    missing: list[str] = field(default_factory=list)
    """Sentences on what is not there."""


def read_run(folder: Path) -> Run:
    """Read what there is. Blocking: seconds for half an hour. Raises OSError only if there is no such folder."""
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "no folder of a run", str(folder))
    files = _Files(folder)
    utterances = files.read(TRANSCRIPT, read_transcript, "there are no turns") or []
    events = files.read(EVENTS, read_events, "there is nothing to see between the words") or []
    about = files.read(ABOUT, _read_object, "nothing is known of versions and machine") or {}
    graph = files.read(GRAPH, _read_object, "nothing is known of the engines") or {}
    waves = _read_waves(files)
    sounds = [name for name in (CONVERSATION, *map(_file_of, TRACKS)) if (folder / name).exists()]

    time_base = about.get("time_base")
    zero_ms = number(time_base.get("clock_at_zero_ms")) if isinstance(time_base, dict) else None
    ends_ms = [event.time_ms for event in events] + [each.end_ms for each in utterances]
    ends_ms += [levels[0].bin_ms * len(levels[0].letters) for levels in waves.values()]
    moments = Moments(events, clock_at_zero_ms(events) if zero_ms is None else round(zero_ms), max(ends_ms, default=0))
    return Run(folder.resolve().name, utterances, moments, waves, sounds, about, graph, files.missing)


class _Files:
    """Reads the files of a folder, and collects sentences about those that say nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.missing: list[str] = []

    def read(self, name: str, reader: Callable[[Path], T], without: str) -> T | None:
        """What a file holds; else None, and a sentence on what the page is without it."""
        path = self.folder / name
        try:
            found = reader(path)
        except (OSError, ValueError, soundfile.LibsndfileError):
            self.missing.append(f"{name} {'cannot be read' if path.exists() else 'is not there'}: {without}")
            return None
        if not found:
            self.missing.append(f"{name} is empty: {without}")
        return found


def _read_waves(files: _Files) -> dict[str, list[Level]]:
    """Each track from its own file, or else from the stereo recording."""
    waves = {}
    for name, label in TRACKS.items():
        if name == "clean_microphone" and not (files.folder / _file_of(name)).exists():
            continue  # a graph without an echo suppressor has none
        if own := files.read(_file_of(name), read_envelopes, f"the track “{label}” has no file of its own"):
            waves[name] = own[0]
    if not CHANNELS.keys() <= waves.keys():
        both = files.read(CONVERSATION, read_envelopes, "there is no recording of both sides") or []
        if len(both) == len(CHANNELS):
            waves |= {name: both[channel] for name, channel in CHANNELS.items() if name not in waves}
    return {name: waves[name] for name in TRACKS if name in waves}


def _file_of(track: str) -> str:
    return f"{track}.wav"


def _read_object(path: Path) -> dict[str, Any]:
    """A JSON file. Raises OSError, ValueError if it holds no object."""
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError(f"{path} holds no object")
    return value
