"""Cuts the stream of captured audio into utterances, and says what the recogniser is to do with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from wrappers.asr.base import SAMPLES_PER_MS
from wrappers.asr.self_cutting import SelfCutting
from wrappers.audio import AudioHistory, Samples
from wrappers.vad import SpeechEvent, SpeechPaused, SpeechResumed, SpeechStarted

BLOCK_MS = 100
"""What is fed at once: partials hardly come more often, and every feed is a message to the engine's process."""
HISTORY_MS = 10_000
"""At least the pre-roll; and what a client may have sent before a first `asr_finalize`, if nobody marks speech."""
AUDIBLE = 200
"""Peak (of 32768, so -44 dB) below which unmarked audio holds no speech."""

Segmentation = Literal["auto", "vad", "own"]


@dataclass(frozen=True)
class CutterOptions:
    segmentation: Segmentation = "auto"
    """Who says where speech is: `vad` = the events that come with the audio, `own` = loudness, `auto` = loudness until
    the first event comes."""
    max_utterance_ms: int = 30_000
    """A longer utterance is cut, at a pause once two thirds of it are reached: it bounds memory and decoding time."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of speech; times are capture times."""

    number: int
    """Counts up from 1."""
    audio_ms: int
    """Of the first sample that the recogniser gets."""
    start_ms: int
    """Where speech begins."""
    marked: bool
    """Whether somebody said where speech begins; otherwise it may begin later in the audio."""


@dataclass(frozen=True, slots=True)
class Feed:
    utterance: Utterance
    samples: Samples


@dataclass(frozen=True, slots=True)
class Pause:
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Resume:
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Finish:
    utterance: Utterance
    end_ms: int
    """Where speech ends."""


@dataclass(frozen=True, slots=True)
class Drop:
    """What was fed was no utterance after all."""

    utterance: Utterance


Step: TypeAlias = Feed | Pause | Resume | Finish | Drop
"""What the recogniser is to do next, in this order."""


class UtteranceCutter:
    """Feed audio and speech events in the order in which they came; get the steps of the recogniser. Pure."""

    def __init__(self, options: CutterOptions = CutterOptions()) -> None:
        self._options = options
        self._max_samples = options.max_utterance_ms * SAMPLES_PER_MS
        self._history = AudioHistory(HISTORY_MS)
        self._own = None if options.segmentation == "vad" else SelfCutting(waits=options.segmentation == "auto")
        self._utterance: Utterance | None = None
        self._count = 0
        self._fed = 0
        """Position up to which the open utterance has been fed, or where the last one's speech ended."""
        self._begun = 0
        self._paused_ms: int | None = None

    def push(self, samples: Samples, time_ms: int) -> list[Step]:
        """Take captured audio.

        samples: int16 [n] at 16 kHz
        time_ms: capture time of its first sample, 0 where unknown
        """
        first = self._history.end
        self._history.push(samples, time_ms)
        steps: list[Step] = []
        if self._utterance is not None:
            if self._history.end - self._fed >= BLOCK_MS * SAMPLES_PER_MS:
                steps += self._feed(self._utterance)
            if self._history.end - self._begun >= self._max_samples:
                steps += self._cut(self._utterance)
        if self._own is not None:
            for event in self._own.push(samples, self._history.time_ms(first)):
                steps += self._follow(event)
        return steps

    def mark(self, event: SpeechEvent) -> list[Step]:
        """Take an event of the VAD that hears the same audio. From the first one on, loudness no longer counts."""
        steps: list[Step] = []
        if self._options.segmentation == "own":
            return steps
        if self._own is not None:
            self._own = None
            if self._utterance is not None and isinstance(event, SpeechStarted):  # loudness was mistaken
                steps.append(Drop(self._utterance))
                self._utterance = None
                self._fed = self._begun
        return steps + self._follow(event)

    def finalize(self, end_ms: int | None) -> list[Step]:
        """End the open utterance because a client says that the speaker has finished.

        end_ms: where that speech ended; an utterance that begins later stays open. None: everything up to now.
        """
        utterance = self._utterance
        if utterance is not None:
            if end_ms is not None and end_ms <= utterance.start_ms:
                return []
            return self._finish(utterance, self._now_ms if end_ms is None else end_ms)
        if self._own is None:
            return []
        self._own.reset()
        unheard = self._history.since(self._fed)
        if not len(unheard) or np.abs(unheard.astype(np.int32)).max() < AUDIBLE:
            self._fed = self._history.end
            return []
        utterance = self._begin(self._history.end - len(unheard), None)
        return self._finish(utterance, self._now_ms)

    @property
    def _now_ms(self) -> int:
        return self._history.time_ms(self._history.end)

    def _follow(self, event: SpeechEvent) -> list[Step]:
        utterance = self._utterance
        if isinstance(event, SpeechStarted):
            steps = self._finish(utterance, event.time_ms) if utterance is not None else []
            first = max(self._fed, self._history.position(event.time_ms - event.pre_roll_ms))
            return [*steps, *self._feed(self._begin(first, event.time_ms))]
        if utterance is None:
            return []
        if isinstance(event, SpeechPaused):
            return self._pause(utterance, event.time_ms)
        if isinstance(event, SpeechResumed):
            return self._resume(utterance)
        return self._finish(utterance, event.end_ms)

    def _begin(self, first: int, start_ms: int | None) -> Utterance:
        self._count += 1
        audio_ms = self._history.time_ms(first)
        marked = start_ms is not None
        start_ms = audio_ms if start_ms is None else max(audio_ms, start_ms)
        self._utterance = Utterance(self._count, audio_ms, start_ms, marked)
        self._begun = self._fed = first
        self._paused_ms = None
        return self._utterance

    def _feed(self, utterance: Utterance) -> list[Step]:
        samples = self._history.since(self._fed)
        self._fed = self._history.end
        return [Feed(utterance, samples)] if len(samples) else []

    def _pause(self, utterance: Utterance, time_ms: int) -> list[Step]:
        if self._history.end - self._begun >= self._max_samples * 2 // 3:
            return self._cut(utterance)
        steps = self._resume(utterance) + self._feed(utterance)
        self._paused_ms = time_ms
        return [*steps, Pause(utterance)]

    def _resume(self, utterance: Utterance) -> list[Step]:
        paused, self._paused_ms = self._paused_ms is not None, None
        return [Resume(utterance)] if paused else []

    def _finish(self, utterance: Utterance, end_ms: int) -> list[Step]:
        end_ms = min(max(end_ms, utterance.start_ms), self._now_ms)
        steps: list[Step] = []
        if self._paused_ms is not None and end_ms > self._paused_ms:
            steps += self._resume(utterance)
        steps += [*self._feed(utterance), Finish(utterance, end_ms)]
        self._utterance = None
        # The silence after the last word may be the pre-roll of the next utterance.
        self._fed = max(self._begun, self._history.position(end_ms))
        return steps

    def _cut(self, utterance: Utterance) -> list[Step]:
        steps = self._finish(utterance, self._now_ms)
        self._begin(self._history.end, self._now_ms)
        return steps
