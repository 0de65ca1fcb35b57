"""A speech engine for tests that hums: its audio is as long as its text, and it fails on command."""

from __future__ import annotations

import threading
import time

import numpy as np

from wrappers.audio import Samples, samples_of_ms
from wrappers.errors import EngineFailed
from wrappers.tts import SpeechStream

CRASH = "{crash}"
"""A text with this raises after CHUNKS_BEFORE chunks."""
HANG = "{hang}"
"""A text with this makes no further chunk after CHUNKS_BEFORE until it is interrupted."""
DEAF = "{deaf}"
"""The same, but interrupting does not help."""
CHUNKS_BEFORE = 3
CHUNK_MS = 40
TONE_HZ = 220
AMPLITUDE = 8000


class ToneEngine:
    """Each letter or digit of a text is so many ms of tone; what has none is silent, like a real engine."""

    name = "Tone"

    def __init__(
        self,
        sample_rate_hz: int = 16000,
        ms_per_character: int = 50,
        first_delay_s: float = 0.0,
        chunk_delay_s: float = 0.0,
    ) -> None:
        """
        first_delay_s, chunk_delay_s: real time before the first and before each further chunk
        """
        self.sample_rate_hz = sample_rate_hz
        self.spoken: list[str] = []
        """All texts it was given."""
        self.chunks = 0
        """How many chunks it has made."""
        self.closed = False
        self.hangs = threading.Event()
        """Set once it hangs."""
        self._ms_per_character = ms_per_character
        self._delays_s = (first_delay_s, chunk_delay_s)
        self._interrupted = threading.Event()
        self._never = threading.Event()

    def stream(self, text: str) -> SpeechStream:
        """See `SpeechEngine.stream`."""
        self.spoken.append(text)
        self._interrupted.clear()
        audio = self.tone(text)
        size = samples_of_ms(CHUNK_MS, self.sample_rate_hz)
        for index, start in enumerate(range(0, len(audio), size)):
            time.sleep(self._delays_s[min(index, 1)])
            if index == CHUNKS_BEFORE:
                self._misbehave(text)
            if self._interrupted.is_set():
                return
            self.chunks += 1
            yield audio[start : start + size]

    def tone(self, text: str) -> Samples:
        """All audio of a text."""
        length_ms = self._ms_per_character * sum(character.isalnum() for character in text)
        phase = 2 * np.pi * TONE_HZ / self.sample_rate_hz * np.arange(samples_of_ms(length_ms, self.sample_rate_hz))
        return (AMPLITUDE * np.sin(phase)).astype(np.int16)

    def interrupt(self) -> None:
        """See `SpeechEngine.interrupt`."""
        self._interrupted.set()

    def close(self) -> None:
        """See `SpeechEngine.close`."""
        self.closed = True

    def _misbehave(self, text: str) -> None:
        if CRASH in text:
            raise EngineFailed("Tone crashed")
        if HANG in text or DEAF in text:
            self.hangs.set()
            (self._interrupted if HANG in text else self._never).wait()
