"""What engines share that make a sentence at a time and can be stopped between sentences."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable

from wrappers.audio import Samples
from wrappers.tts.base import SpeechStream
from wrappers.tts.plain_text import sentences


class SentenceEngine(ABC):
    """A `SpeechEngine` but for `_speak`."""

    name: str
    sample_rate_hz: int

    def __init__(self) -> None:
        self._stop = threading.Event()

    def stream(self, text: str) -> SpeechStream:
        """See `SpeechEngine.stream`."""
        stop = self._stop = threading.Event()  # of this stream only, so that nobody has to reset it
        for sentence in sentences(text):
            if stop.is_set():
                return
            for samples in self._speak(sentence, stop):
                if stop.is_set():
                    return
                if len(samples):
                    yield samples

    def interrupt(self) -> None:
        """See `SpeechEngine.interrupt`."""
        self._stop.set()

    def close(self) -> None:
        """See `SpeechEngine.close`."""
        self.interrupt()

    @abstractmethod
    def _speak(self, sentence: str, stop: threading.Event) -> Iterable[Samples]:
        """The audio of one cleaned sentence of at most 200 characters.

        stop: set by another thread when nobody wants the rest any more
        raises EngineFailed
        """
