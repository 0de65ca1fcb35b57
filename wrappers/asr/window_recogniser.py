"""Makes a streaming recogniser of a model that reads whole windows: the growing utterance is read again and again.

Partials come from the last seconds, and what two of them agree on stays (see `stable_prefix`). The final is read in the
silence after the last word, before anybody asks for it, and read again if the speaker went on after all.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from wrappers.asr.base import SAMPLES_PER_MS, EngineMisconfigured, Final, Partial, Word
from wrappers.asr.chinese_script import ChineseScript, ChineseWriter
from wrappers.asr.final_reading import FinalReading, read_final
from wrappers.asr.partial_pace import PartialPace
from wrappers.asr.speech_span import speech_span
from wrappers.asr.stable_prefix import StablePrefix, TimedWord
from wrappers.asr.whisper_guards import Evidence, GuardOptions, find_invention
from wrappers.asr.whisper_language import LanguageChoice, full_name
from wrappers.asr.windows import WindowDecoder
from wrappers.audio import Samples
from wrappers.errors import EngineFailed

LEAST_SPEECH_MS = 60
"""Less is a click."""
SHORT_SPEECH_MS = 500
SHORT_LOG_PROBABILITY = -0.7
"""A partial from shorter speech must be this sure: a cough must not look like a word."""
KEPT_MS = 2000
"""The window keeps at least so much when its beginning is let go."""
BEFORE_CHARACTERS = 200
"""Of the text before the window, as context."""


@dataclass(frozen=True)
class WindowOptions:
    languages: tuple[str, ...] = ("en", "zh")
    """What the speaker may speak, as Whisper names languages."""
    interim_interval_ms: int = 400
    """Audio between partials; 0 = none."""
    window_ms: int = 10_000
    """Audio that a partial is read from: a long utterance costs no more per partial than one of this length."""
    partial_beam: int = 1
    final_beam: int = 5
    """Hypotheses that are kept while decoding."""
    chinese_script: ChineseScript = "simplified"
    guards: GuardOptions = field(default_factory=GuardOptions)


@dataclass(frozen=True)
class Decoders:
    """What is loaded."""

    final: WindowDecoder
    partial: WindowDecoder | None
    """The same or a smaller model; None where this machine is too slow for partials."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What was measured, as JSON values."""


class WindowRecogniser(ABC):
    """Implements `wrappers.asr.Recogniser`; subclasses load the model."""

    vendor: ClassVar[str]

    def __init__(self, options: WindowOptions, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._options = options
        self._clock_s = clock_s
        self._decoders: Decoders | None = None
        self._closed = False
        self._language = LanguageChoice(options.languages)
        self._begin()

    def _begin(self) -> None:
        self._audio: list[Samples] = []
        self._count = 0
        self._window_from_ms = 0
        self._prefix = StablePrefix()
        self._pace = PartialPace(self._options.interim_interval_ms)
        self._paused = False
        self._prepared: FinalReading | None = None
        self._compute_s = 0.0
        self._told = ""

    @abstractmethod
    def load(self) -> Decoders:
        """Load the model; blocks, also for a download. Raises EngineMissing, EngineMisconfigured, EngineFailed."""

    @property
    @abstractmethod
    def model(self) -> str:
        """See `Recogniser.model`."""

    @property
    def facts(self) -> dict[str, Any]:
        """What was measured when it was opened, as JSON values."""
        return dict(self._decoders.facts) if self._decoders else {}

    def open(self) -> None:
        """See `Recogniser.open`. A model has no state, so one that is loaded is kept."""
        self._writer = ChineseWriter(self._options.chinese_script)
        self._decoders = decoders = self._decoders or self.load()
        if unknown := [name for name in self._options.languages if name not in decoders.final.languages]:
            known = ", ".join(sorted(decoders.final.languages))
            model = decoders.final.model
            raise EngineMisconfigured(f"params.languages: {model} does not know {', '.join(unknown)}; it knows {known}")
        self._language = LanguageChoice(self._options.languages)
        self._begin()

    def feed(self, samples: Samples) -> Partial | None:
        """See `Recogniser.feed`. Reads when a partial is due, and not late."""
        decoders = self._opened()
        self._audio.append(samples)
        self._count += len(samples)
        self._pace.fed(self._length_ms, self._clock_s())
        if decoders.partial is None or self._paused or not self._pace.is_due(self._length_ms):
            return None
        if self._is_ending():
            return None  # the speaker may have stopped: the final goes first
        return self._read_partial(decoders.partial)

    def pause(self) -> Partial | None:
        """See `Recogniser.pause`. Reads the final; its text is the newest partial, too."""
        self._opened()
        self._paused = True
        self._prepared = self._read_final()
        final = self._prepared
        if not final.words or "doubtful" in final.info:
            return None
        if self._language.is_decided and not self._prefix.agrees(final.words):
            return None  # what is locked stays until the final itself replaces all of it
        self._merge(final.words, final.language, self._length_ms, 0)
        return self._partial(final.language, final.info)

    def resume(self) -> None:
        """See `Recogniser.resume`."""
        self._paused = False
        self._prepared = None

    def finish(self) -> Final:
        """See `Recogniser.finish`. After a `pause` it is ready already."""
        self._opened()
        start_s = self._clock_s()
        reading = self._prepared or self._read_final()
        language = reading.language if reading.words else ""
        self._language.end(language)
        final = Final(
            text=self._text(reading.words, reading.language),
            language=full_name(reading.language),
            words=self._words(reading.words, reading.language),
            confidence=round(math.exp(reading.mean_log_probability), 3) if reading.words else 0.0,
            compute_ms=round(self._compute_s * 1000),
            finish_ms=round((self._clock_s() - start_s) * 1000),
            info=reading.info,
        )
        self._begin()
        return final

    def reset(self) -> None:
        """See `Recogniser.reset`."""
        self._language.end("")
        self._begin()

    def close(self) -> None:
        """See `Recogniser.close`. A window that is being read is read to its end, and thrown away."""
        self._closed = True
        self._decoders = None

    @property
    def _length_ms(self) -> int:
        return self._count // SAMPLES_PER_MS

    def _opened(self) -> Decoders:
        if self._decoders is None:
            raise EngineFailed(f"{self.vendor} is closed" if self._closed else f"{self.vendor} is not open")
        return self._decoders

    def _samples(self, from_ms: int = 0) -> Samples:
        if not self._audio:
            return np.zeros(0, np.int16)
        if len(self._audio) > 1:
            self._audio = [np.concatenate(self._audio)]
        return self._audio[0][from_ms * SAMPLES_PER_MS :]

    def _is_ending(self) -> bool:
        window = self._samples(max(0, self._length_ms - 2000))
        return len(window) // SAMPLES_PER_MS - speech_span(window).end_ms >= 80

    def _read_partial(self, decoder: WindowDecoder) -> Partial | None:
        if self._length_ms - self._window_from_ms > self._options.window_ms:
            self._shorten_window()
        from_ms, until_ms = self._window_from_ms, self._length_ms
        window = self._samples(from_ms)
        speech_ms = speech_span(window).duration_ms
        start_s = self._clock_s()
        before = "".join(word.text for word in self._prefix.locked if word.end_ms <= from_ms)
        known_ms = speech_ms if from_ms == 0 else max(speech_ms, self._options.window_ms)
        decoded = decoder.decode(
            window, self._language.candidates(known_ms), self._options.partial_beam, before[-BEFORE_CHARACTERS:]
        )
        took_s = self._clock_s() - start_s
        self._compute_s += took_s
        self._pace.read(until_ms, round(took_s * 1000))
        evidence = Evidence(decoded.text, decoded.mean_log_probability, decoded.no_speech_probability)
        if not decoded.text or find_invention(evidence, self._options.guards):
            return None
        if _is_doubtful(speech_ms, decoded.mean_log_probability):
            return None
        self._language.found(decoded.language, known_ms)
        words = [replace(w, start_ms=w.start_ms + from_ms, end_ms=w.end_ms + from_ms) for w in decoded.words]
        self._merge(words, decoded.language, until_ms, from_ms)
        info = {"avg_logprob": round(decoded.mean_log_probability, 3)}
        info["no_speech_prob"] = round(decoded.no_speech_probability, 3)
        return self._partial(decoded.language, info)

    def _shorten_window(self) -> None:
        """Let go of what is locked; where nothing has been for long, of the older half."""
        latest_ms = self._length_ms - KEPT_MS
        if self._prefix.locked_until_ms <= self._window_from_ms + KEPT_MS:
            self._prefix.lock_until(self._length_ms - self._options.window_ms // 2)
        locked = [word.end_ms for word in self._prefix.locked if word.end_ms <= latest_ms]
        from_ms = max(locked, default=0)
        if self._length_ms - from_ms > self._options.window_ms:  # nobody has said anything for a while
            from_ms = self._length_ms - self._options.window_ms // 2
        self._window_from_ms = from_ms

    def _merge(
        self, words: tuple[TimedWord, ...] | list[TimedWord], language: str, until_ms: int, from_ms: int
    ) -> None:
        if not self._language.is_decided:
            self._prefix = StablePrefix()  # in another language all of it would be different
        self._prefix.push(words, until_ms, from_ms)

    def _partial(self, language: str, info: Any) -> Partial | None:
        text = self._text(self._prefix.words, language)
        if text == self._told:
            return None
        self._told = text
        locked = len(self._prefix.locked)
        return Partial(text, full_name(language), self._words(self._prefix.words, language), locked, info)

    def _read_final(self) -> FinalReading:
        decoders = self._opened()
        start_s = self._clock_s()
        samples = self._samples()
        span = speech_span(samples)
        languages = self._language.candidates(span.duration_ms)
        beam, guards = self._options.final_beam, self._options.guards
        if span.duration_ms < LEAST_SPEECH_MS:
            reading = FinalReading((), languages[0], 0.0, {"speech_ms": span.duration_ms})
        else:
            reading = read_final(decoders.final, samples, languages, beam, guards)
        if reading.words and _is_doubtful(span.duration_ms, reading.mean_log_probability):
            reading = replace(reading, info={**reading.info, "doubtful": True})
        if reading.words:
            self._language.found(reading.language, span.duration_ms)
        self._compute_s += self._clock_s() - start_s
        return reading

    def _text(self, words: tuple[TimedWord, ...], language: str) -> str:
        return self._writer.write("".join(word.text for word in words).strip(), language)

    def _words(self, words: tuple[TimedWord, ...], language: str) -> tuple[Word, ...]:
        return tuple(
            Word(
                self._writer.write(word.text.strip(), language),
                word.start_ms,
                word.end_ms - word.start_ms,
                word.confidence,
            )
            for word in words
        )


def _is_doubtful(speech_ms: int, mean_log_probability: float) -> bool:
    """Whether it is too short for how sure the model is. In a final such a text counts, but it interrupts nobody."""
    return speech_ms < SHORT_SPEECH_MS and mean_log_probability < SHORT_LOG_PROBABILITY
