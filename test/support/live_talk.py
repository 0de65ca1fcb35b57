"""A live conversation on a virtual sound card, followed while it happens: what nodes say, and all that is heard.

    with LiveTalk(card, folder, "barge_in") as talk:
        talk.wait_until_listening()
        said = talk.person_says(samples)
        talk.wait_event("flush", since_ms=said)

Times are ms since the start of the recording, as in events.jsonl.
"""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
from support.app_run import RATE_HZ, make_app
from support.live_app import PATIENCE_S, LiveApp
from support.sound_node import find
from support.virtual_sound import VirtualSound

from wrappers.audio import Samples, read_audio
from wrappers.report import EVENTS, Event, TrackName

ADDONS = Path(__file__).with_name("addons")
POLL_S = 0.1
EVER = -math.inf
"""What happened before the first sound has a negative time."""

Engines = dict[str, tuple[str, dict[str, Any]]]
"""Addon and property of nodes, in place of what the graph says."""
OFFLINE: Engines = {
    "stt": ("pocketsphinx_asr_python", {"segmentation": "vad", "params": {}}),
    "llm": ("offline_llm_python", {"params": {}}),
    "tts": ("system_tts_python", {"params": {}}),
}
"""Those that need no download."""
STORYTELLER: Engines = {**OFFLINE, "llm": ("storyteller_llm_python", {"params": {}})}
"""The same with a model that speaks for minutes, whatever it is asked."""

Settings = dict[str, dict[str, Any]]
"""Properties by node, on top of those in the graph."""


class LiveTalk(LiveApp):
    """The app on the card, until the block ends."""

    def __init__(
        self,
        card: VirtualSound,
        folder: Path,
        graph: str,
        settings: Settings | None = None,
        engines: Engines = STORYTELLER,
    ) -> None:
        self.card = card
        app = make_app(folder / "app", lambda content: _edit(content, engines, settings or {}), ADDONS, graph)
        super().__init__(app, folder / "out", "--graph", graph)
        self._events: list[Event] = []
        self._bytes_read = 0

    @property
    def run_dir(self) -> Path:
        """The folder of the run, once it is there."""
        (folder,) = self._runs.iterdir()
        return folder

    @property
    def now_ms(self) -> float:
        """Time since the start of the recording."""
        about = json.loads((self.run_dir / "run.json").read_text("utf-8"))
        return time.monotonic() * 1000 - float(about["time_base"]["clock_at_zero_ms"])

    def events(self, name: str, since_ms: float = EVER, **properties: Any) -> list[Event]:
        """The messages of a name, with certain properties, that are written down so far: half a second is missing."""
        self._read()
        return [event for event in self._events if _fits(event, name, since_ms, properties)]

    def look_for(self, name: str, since_ms: float, patience_s: float, **properties: Any) -> Event | None:
        """The first of them, as soon as there is one; None if none comes."""
        deadline_s = time.monotonic() + patience_s
        while not (found := self.events(name, since_ms, **properties)) and time.monotonic() < deadline_s:
            assert self._process.poll() is None, self._out.read_text("utf-8")
            time.sleep(POLL_S)
        return found[0] if found else None

    def wait_event(self, name: str, since_ms: float = EVER, **properties: Any) -> Event:
        """The same where it must come."""
        found = self.look_for(name, since_ms, PATIENCE_S, **properties)
        assert found is not None, f"no {name} {properties} within {PATIENCE_S} s\n" + self._out.read_text("utf-8")
        return found

    def person_says(self, samples: Samples) -> float:
        """Somebody in the room makes a sound, int16 [n] at 16 kHz; returns when it is over, with a time before it."""
        before_ms = self.now_ms
        self.card.say(samples, RATE_HZ).wait()
        return before_ms

    def track(self, name: TrackName) -> Samples:
        """All of a track so far, int16 [n] at 16 kHz: a second or so is missing."""
        return np.concatenate(list(read_audio(self.run_dir / f"{name}.wav")))

    def onset_ms(self, said: Samples, since_ms: float) -> float:
        """When the first sample of a sound that somebody has made since then was captured."""
        microphone = self.track("microphone")[max(0, 16 * round(since_ms)) :]
        return round(since_ms) + find(said, microphone)[0] / 16

    def silent_from_ms(self, start_ms: float, end_ms: float) -> float | None:
        """When the last sound of the agent between two times is over in the ears; None if there was none."""
        heard = self.track("speaker")[16 * round(start_ms) : 16 * round(end_ms)]
        loud = np.flatnonzero(np.abs(heard.astype(int)) > 16)
        return round(start_ms) + int(loud[-1]) / 16 if len(loud) else None

    def _read(self) -> None:
        """Only what is new: whoever follows a talk must not take the machine away from it."""
        paths = list(self._runs.glob(f"*/{EVENTS}"))
        if not paths:
            return
        with paths[0].open("rb") as file:
            file.seek(self._bytes_read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._bytes_read += len(whole)
        for line in whole.splitlines():
            entry = json.loads(line)
            keys = ("time_ms", "kind", "name", "source", "dests", "properties")
            self._events.append(Event(*(entry[key] for key in keys)))


def _edit(graph: dict[str, Any], engines: Engines, settings: Settings) -> None:
    for node in graph["nodes"]:
        if node["name"] in engines:
            node["addon"], node["property"] = engines[node["name"]]
        node["property"] = {**node["property"], **settings.get(node["name"], {})}


def _fits(event: Event, name: str, since_ms: float, properties: dict[str, Any]) -> bool:
    if event.time_ms < since_ms or name != event.name or event.kind == "result":
        return False
    return all(event.properties.get(key) == value for key, value in properties.items())
