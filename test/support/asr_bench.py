"""Lets a recogniser hear recordings as in a conversation, and takes its times, without waiting for the audio.

Time is simulated: audio comes when it would be captured, and what the engine computes takes as long as it really does.
So a call that takes longer than the audio it was given delays what comes after it, exactly as live.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from support.speech_corpus import Recording
from support.words import characters_of, edits, words_of

from wrappers.asr import RATE_HZ, Drop, Feed, Finish, Partial, Pause, Recogniser, Resume, Step, UtteranceCutter
from wrappers.asr.cutter import CutterOptions
from wrappers.audio import Framer, Samples
from wrappers.vad import Segmenter, SpeechEvent, open_detector

T = TypeVar("T")

CHUNK_MS = 10
LEAD_MS = 300
TAIL_MS = 1000
"""Silence around a recording, in which the VAD finds its beginning and its end."""


class SimulatedTime:
    """Seconds that pass as audio comes, and while the engine works."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._since_s: float | None = None
        self.worked_s = 0.0

    def now_s(self) -> float:
        """The clock of the engine."""
        running_s = 0.0 if self._since_s is None else time.perf_counter() - self._since_s
        return self._now_s + running_s

    def wait_until(self, time_s: float) -> None:
        self._now_s = max(self._now_s, time_s)

    def work(self, function: Callable[..., T], *arguments: Any) -> T:
        self._since_s = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            took_s = time.perf_counter() - self._since_s
            self._since_s = None
            self._now_s += took_s
            self.worked_s += took_s


@dataclass
class Heard:
    """What became of one recording. Times in ms; lists have an entry for each utterance in it."""

    said: str
    language: str
    text: str = ""
    audio_ms: int = 0
    worked_ms: float = 0.0
    final_ms: list[float] = field(default_factory=list)
    """From the end of speech to when the final is known, in the pause or at the end."""
    first_partial_ms: list[float] = field(default_factory=list)
    """From the beginning of speech."""
    revised: int = 0
    """Words that were shown, and then changed or taken back."""
    guarded: int = 0
    """Finals that a guard dropped."""

    @property
    def errors(self) -> int:
        """Words that are wrong; characters in Chinese."""
        return edits(self.split(self.said), self.split(self.text))

    @property
    def units(self) -> int:
        return len(self.split(self.said))

    def split(self, text: str) -> list[str]:
        """What errors are counted in."""
        return characters_of(text) if self.language == "zh" else words_of(text)


class Listening:
    """One recording on its way through VAD, cutter and engine."""

    def __init__(self, engine: Recogniser, clock: SimulatedTime, recording: Recording) -> None:
        self._engine = engine
        self._clock = clock
        self._heard = Heard(recording.text, recording.language)
        self._samples = recording.samples()
        self._start_s = clock.now_s()
        self._texts: list[str] = []
        self._shown: list[str] = []
        self._paused_at_ms: float | None = None

    def run(self) -> Heard:
        """Hear all of it."""
        worked_s = self._clock.worked_s
        for step in self._steps():
            self._follow(step)
        self._heard.audio_ms = len(self._samples) * 1000 // RATE_HZ
        self._heard.worked_ms = (self._clock.worked_s - worked_s) * 1000
        self._heard.text = ("" if self._heard.language == "zh" else " ").join(self._texts)
        return self._heard

    def _steps(self) -> Iterator[Step]:
        detector = open_detector("silero")
        segmenter, framer = Segmenter(), Framer(RATE_HZ, detector.hop_samples)
        cutter = UtteranceCutter(CutterOptions(segmentation="vad"))
        hop_ms = detector.hop_samples * 1000 // RATE_HZ
        samples = _with_silence(self._samples)
        chunk = CHUNK_MS * RATE_HZ // 1000
        for start in range(0, len(samples), chunk):
            time_ms = 1 + start * 1000 // RATE_HZ  # 0 would be: unknown
            piece = samples[start : start + chunk]
            self._clock.wait_until(self._start_s + (time_ms + CHUNK_MS) / 1000)
            yield from cutter.push(piece, time_ms)
            for hop in framer.push(piece, time_ms):
                events: list[SpeechEvent] = segmenter.push(detector.probability(hop.samples), hop.time_ms, hop_ms)
                for event in events:
                    yield from cutter.mark(event)
        yield from cutter.finalize(None)

    def _now_ms(self) -> float:
        return (self._clock.now_s() - self._start_s) * 1000

    def _follow(self, step: Step) -> None:
        match step:
            case Feed():
                self._show(self._clock.work(self._engine.feed, step.samples), step.utterance.start_ms)
            case Pause():
                self._show(self._clock.work(self._engine.pause), step.utterance.start_ms)
                self._paused_at_ms = self._now_ms()
            case Resume():
                self._clock.work(self._engine.resume)
                self._paused_at_ms = None
            case Drop():
                self._clock.work(self._engine.reset)
                self._shown = []
            case Finish():
                self._finish(step)

    def _finish(self, step: Finish) -> None:
        final = self._clock.work(self._engine.finish)
        prepared = self._paused_at_ms is not None and final.finish_ms <= 1
        ready_ms = self._paused_at_ms if prepared and self._paused_at_ms is not None else self._now_ms()
        self._heard.final_ms.append(ready_ms - step.end_ms)
        self._heard.guarded += "guard" in final.info
        self._revise(self._heard.split(final.text))
        self._texts += [final.text] * bool(final.text)
        self._shown = []
        self._paused_at_ms = None

    def _show(self, partial: Partial | None, start_ms: int) -> None:
        if partial is None:
            return
        if not self._shown:
            self._heard.first_partial_ms.append(self._now_ms() - start_ms)
        self._revise(self._heard.split(partial.text))

    def _revise(self, words: list[str]) -> None:
        kept = 0
        while kept < min(len(words), len(self._shown)) and words[kept] == self._shown[kept]:
            kept += 1
        self._heard.revised += len(self._shown) - kept
        self._shown = words


def _with_silence(samples: Samples) -> Samples:
    def silence(duration_ms: int) -> Samples:
        return np.zeros(duration_ms * RATE_HZ // 1000, np.int16)

    return np.concatenate([silence(LEAD_MS), samples, silence(TAIL_MS)])
