"""What happens on the virtual card in benchmark_barge_in.py: monologues, and people who talk over the agent."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from support.echo_scene import voice
from support.live_talk import LiveTalk, Settings
from support.noises import NOISES
from support.virtual_sound import VirtualSound

from wrappers.audio import Samples
from wrappers.audio.samples import FULL_SCALE, to_int16
from wrappers.report import Event

BargeInMode = Literal["vad", "words"]
Kind = Literal["barge_in", "noise", "backchannel"]
EchoPath = tuple[int, float]
"""Delay in ms, level in dB."""
SAYINGS = (
    "No, tell me about the fish.",
    "Please stop talking about that.",
    "Wait a moment.",
    "Stop, I have a question.",
    "What time is it?",
    "Hold on, that is not what I meant.",
    "Can you speak more slowly?",
    "But why did it go home?",
)
BACKCHANNELS = ("Yeah.", "Okay.", "Right.", "I see.", "Oh really.")
PROMPT = "Please tell me the story again."
PERSON: Literal["rms"] = "rms"
"""The agent is Flite's `slt`."""
GREETING = "I will tell you a story. " + "It is about a robot that counted the waves of the sea, every day. " * 40
PATH: EchoPath = (120, -12.0)
PAUSE_S = (1.2, 3.5)
"""From the beginning of the agent's voice, or from the last event, to the next one."""
JUDGED_MS = 3000
"""Whatever is heard is decided within this, from its first sound on."""
ANSWER_S = 10.0
ONSET_DB = -20.0
"""Speech begins where it is so loud beside its loud parts: all that is quieter is lost under an agent as loud as it.
Synthetic sentences begin with up to 150 ms of next to nothing."""
WRITTEN_S = 1.5
"""What has happened so long ago is in the files."""


@dataclass(frozen=True)
class Try:
    """A sound while the agent spoke, and what came of it. Times are ms from its onset in the microphone."""

    mode: BargeInMode
    kind: Kind
    text: str
    onset_ms: float
    """On the time axis of the run."""
    duck_ms: float | None
    first_words_ms: float | None
    """The recogniser's first partial."""
    stop_ms: float | None
    """The decision: the agent is told to be silent for good."""
    silence_ms: float | None
    """From the decision to the last sound in the ears, without the device's own delay."""


@dataclass(frozen=True)
class Figures:
    """Of one run of the app."""

    own_turns: int
    """Turns and interruptions although nobody has spoken."""
    minutes: float
    """Of the agent's voice."""
    underruns: int
    device_ms: float
    """The loudspeaker's own delay."""


def monologue(
    card: VirtualSound, folder: Path, mode: Literal["gate", "aec"], path: EchoPath, seconds: float
) -> Figures:
    """The agent speaks, and nobody else: who interrupts it, or opens a turn, is its own voice."""
    settings: Settings = {"aec": {"mode": mode}, "main_control": {"greeting": GREETING}}
    with live_talk(card, folder, "voice_chat" if mode == "gate" else "barge_in", settings, path) as talk:
        talk.wait_event("playback_state", state="started")
        time.sleep(seconds + WRITTEN_S)
        own_turns = len(talk.events("flush")) + sum(entry["role"] == "user" for entry in talk.transcript())
        return figures_of(talk, own_turns)


@contextmanager
def live_talk(card: VirtualSound, folder: Path, graph: str, settings: Settings, path: EchoPath) -> Iterator[LiveTalk]:
    """The app on the card, with an echo, until the block ends."""
    card.echo(*path)
    folder.mkdir(parents=True)
    with LiveTalk(card, folder, graph, settings) as talk:
        talk.wait_until_listening()
        yield talk
        talk.end()


def figures_of(talk: LiveTalk, own_turns: int = 0) -> Figures:
    """What the app has told of itself."""
    counts = [event.properties["metrics"] for event in talk.events("metrics") if event.source == "speaker"]
    underruns = counts[-1].get("underruns", 0) + counts[-1].get("device_underruns", 0) if counts else 0
    sounds = np.abs(talk.track("speaker").astype(int)) > 16
    return Figures(own_turns, float(np.count_nonzero(_frames(sounds).any(axis=1))) / 6000, underruns, _device_ms(talk))


class TalkOver:
    """A person who talks, coughs and nods while the agent speaks; as loud as its echo."""

    def __init__(self, talk: LiveTalk, mode: BargeInMode, seed: int) -> None:
        """Returns once the agent can be interrupted: the canceller has learnt the room."""
        self._talk = talk
        self._mode: BargeInMode = mode
        self._random = random.Random(seed)
        talk.wait_event("echo_state", speaking_interrupts=True)
        time.sleep(WRITTEN_S)
        self._loudness = loudness_of(talk.track("speaker")) * 10 ** (PATH[1] / 20)

    def make_sound(self, kind: Kind, number: int) -> Try:
        """The `number`-th sentence, noise or sign of listening, at some moment."""
        match kind:
            case "barge_in":
                text = SAYINGS[number % len(SAYINGS)]
                return self._try(kind, text, voice(text, PERSON))
            case "backchannel":
                text = BACKCHANNELS[number % len(BACKCHANNELS)]
                return self._try(kind, text, voice(text, PERSON))
            case "noise":
                make = NOISES[number % len(NOISES)]
                return self._try(kind, make.__name__, make(number))

    def _try(self, kind: Kind, text: str, sound: Samples) -> Try:
        self._wait_for_a_moment()
        said = _scaled(sound, self._loudness)
        before_ms = self._talk.person_says(said)
        time.sleep(max(0.0, (before_ms + JUDGED_MS - self._talk.now_ms) / 1000) + WRITTEN_S)
        onset_ms = self._talk.onset_ms(said, before_ms) + silence_before_ms(said)
        stop = self._first("flush", onset_ms)
        return Try(
            self._mode,
            kind,
            text,
            onset_ms,
            duck_ms=_since(onset_ms, self._first("duck", onset_ms)),
            first_words_ms=_since(onset_ms, self._first("asr_result", onset_ms)),
            stop_ms=_since(onset_ms, stop),
            silence_ms=None if stop is None else self._silence_ms(stop),
        )

    def _first(self, name: str, onset_ms: float) -> Event | None:
        events = self._talk.events(name, onset_ms)
        return events[0] if events and events[0].time_ms < onset_ms + JUDGED_MS else None

    def _silence_ms(self, stop: Event) -> float:
        """The next answer begins a second later at the earliest."""
        silent_ms = self._talk.silent_from_ms(stop.time_ms - 1000, stop.time_ms + 600)
        return 0.0 if silent_ms is None else max(0.0, silent_ms - stop.time_ms - _device_ms(self._talk))

    def _wait_for_a_moment(self) -> None:
        """Some time into the agent's speech, when speaking interrupts: while the canceller learns, it does not."""
        patience_s = time.monotonic() + ANSWER_S
        while True:
            if self._state() != "speaking" and time.monotonic() > patience_s:  # it has understood nothing, and waits
                self._talk.person_says(voice(PROMPT))
                patience_s = time.monotonic() + ANSWER_S
            elif self._can_be_interrupted():
                time.sleep(self._random.uniform(*PAUSE_S))
                if self._can_be_interrupted():
                    return
            time.sleep(0.1)

    def _can_be_interrupted(self) -> bool:
        echo = self._talk.events("echo_state")
        return self._state() == "speaking" and bool(echo[-1].properties["speaking_interrupts"])

    def _state(self) -> str:
        return str(self._talk.events("turn_state")[-1].properties["state"])


def silence_before_ms(samples: Samples) -> float:
    """How long a sound, int16 [n] at 16 kHz, takes to its onset."""
    frames = samples[: len(samples) // 80 * 80].reshape(-1, 80).astype(float)
    loud = np.sqrt(np.mean(frames**2, axis=1)) > loudness_of(samples) * 10 ** (ONSET_DB / 20)
    return 5.0 * int(np.argmax(loud))


def _since(onset_ms: float, event: Event | None) -> float | None:
    return None if event is None else event.time_ms - onset_ms


def _device_ms(talk: LiveTalk) -> float:
    return float(talk.events("device_state", side="output", state="open")[-1].properties["latency_ms"])


def _frames(samples: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return samples[: len(samples) // 160 * 160].reshape(-1, 160)


def grammar() -> str:
    """What PocketSphinx is told to expect. By itself it takes most of 'yeah' and 'right' for something else."""
    sentences = (re.sub(r"[^a-z' ]", "", text.lower()) for text in (*SAYINGS, *BACKCHANNELS, PROMPT))
    return f"#JSGF V1.0; grammar talk; public <said> = {' | '.join(sentences)};"


def loudness_of(samples: Samples) -> float:
    """Root mean square of its loud parts."""
    wave = samples.astype(float)
    return float(np.sqrt(np.mean(wave[np.abs(wave) > 0.02 * np.abs(wave).max()] ** 2)))


def _scaled(samples: Samples, loudness: float) -> Samples:
    return to_int16((samples / FULL_SCALE * (loudness / loudness_of(samples))).astype(np.float32))
