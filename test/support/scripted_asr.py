"""The addon `test_scripted_asr`: the real base of all recognisers around an engine that understands made-up speech.

A spoken word is a stretch of samples of one value, 1000 for "one" to 9000 for "nine"; 0 is silence. So the text tells
exactly which audio the engine got.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

import numpy as np

from ten_extensions.common.addon import register
from ten_extensions.common.asr_base import AsrExtension
from ten_extensions.common.asr_config import AsrConfig, AsrParams
from wrappers.asr import Final, Partial, Word
from wrappers.audio import Samples

ADDON = "test_scripted_asr"
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LOUDNESS = 1000
SAMPLES_PER_MS = 16


def speech(*words: str, word_ms: int = 200, gap_ms: int = 0) -> Samples:
    """Made-up speech at 16 kHz, with as much silence after each word as asked for."""
    gap = np.zeros(gap_ms * SAMPLES_PER_MS, np.int16)
    parts = [np.full(word_ms * SAMPLES_PER_MS, LOUDNESS * NAMES.index(word), np.int16) for word in words]
    return np.concatenate([part for word in parts for part in (word, gap)])


def silence(duration_ms: int) -> Samples:
    """So much silence at 16 kHz."""
    return np.zeros(duration_ms * SAMPLES_PER_MS, np.int16)


class ScriptedRecogniser:
    """Implements `wrappers.asr.Recogniser`. What is to go wrong is set on the class, per operation and call."""

    vendor = "scripted"
    failures: ClassVar[dict[str, list[Exception | None]]] = {}
    """What the next calls of an operation raise; None = this one works."""
    calls: ClassVar[list[str]] = []
    """All operations of all engines since `begin`, without feeds in a row."""
    gate: ClassVar[threading.Event] = threading.Event()
    """While it is not set, feeding blocks."""
    finished_ms: ClassVar[list[int]] = []
    """How much audio each finished utterance had."""
    closed: ClassVar[int] = 0

    def __init__(self, model: str) -> None:
        self.model = model
        self._audio: list[Samples] = []
        self._told = ""

    @classmethod
    def begin(cls, **failures: Sequence[Exception | None]) -> None:
        """Forget what was before, and set what is to fail."""
        cls.failures = {operation: list(errors) for operation, errors in failures.items()}
        cls.calls = []
        cls.finished_ms = []
        cls.closed = 0
        cls.gate.set()

    def open(self) -> None:
        self._do("open")
        self._audio = []

    def feed(self, samples: Samples) -> Partial | None:
        self.gate.wait()
        self._do("feed")
        assert samples.dtype == np.int16 and len(samples)
        self._audio.append(samples)
        text = self._text()
        if text == self._told:
            return None
        self._told = text
        return Partial(text, "en-US")

    def pause(self) -> Partial | None:
        self._do("pause")
        return None

    def resume(self) -> None:
        self._do("resume")

    def finish(self) -> Final:
        self._do("finish")
        words = tuple(self._words())
        self.finished_ms.append(sum(len(samples) for samples in self._audio) // SAMPLES_PER_MS)
        self._audio, self._told = [], ""
        text = " ".join(word.text for word in words)
        return Final(text, "en-US", words, 0.9 if text else 0.0, 40, 7, {"made_up": True})

    def reset(self) -> None:
        self._do("reset")
        self._audio, self._told = [], ""

    def close(self) -> None:
        type(self).closed += 1

    def _do(self, operation: str) -> None:
        if not (operation == "feed" and self.calls and self.calls[-1] == "feed"):
            self.calls.append(operation)
        waiting = self.failures.get(operation, [])
        error = waiting.pop(0) if waiting else None
        if error is not None:
            raise error

    def _text(self) -> str:
        return " ".join(word.text for word in self._words())

    def _words(self) -> list[Word]:
        samples = np.concatenate([np.zeros(1, np.int16), *self._audio, np.zeros(1, np.int16)])
        borders = [0, *(np.flatnonzero(np.diff(samples)) + 1).tolist(), len(samples)]
        return [
            Word(NAMES[samples[start] // LOUDNESS], (start - 1) // SAMPLES_PER_MS, (end - start) // SAMPLES_PER_MS, 0.9)
            for start, end in pairwise(borders)
            if samples[start]
        ]


class ScriptedParams(AsrParams):
    model: str = "made up"


class ScriptedConfig(AsrConfig):
    params: ScriptedParams


class ScriptedAsr(AsrExtension[ScriptedConfig]):
    vendor = "scripted"
    config_type = ScriptedConfig

    def make_recogniser(self) -> ScriptedRecogniser:
        return ScriptedRecogniser(self.config.params.model)


register(ADDON, __file__, ScriptedAsr)
