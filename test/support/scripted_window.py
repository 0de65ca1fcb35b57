"""A window decoder that understands made-up speech (see `scripted_asr`), and keeps account of what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from support.scripted_asr import LOUDNESS, NAMES, SAMPLES_PER_MS

from wrappers.asr.stable_prefix import TimedWord
from wrappers.asr.window_recogniser import Decoders, WindowOptions, WindowRecogniser
from wrappers.asr.windows import Decoded
from wrappers.audio import Samples

AS_HEARD = WindowOptions(chinese_script="as_heard")


@dataclass(frozen=True, slots=True)
class Asked:
    """One decode."""

    length_ms: int
    languages: tuple[str, ...]
    beam_size: int
    before: str
    forbid_repeats: bool


@dataclass
class ScriptedDecoder:
    """Implements `wrappers.asr.WindowDecoder`. `wears_on` is called by every decode: it may move a clock, or raise."""

    model: str = "scripted"
    languages: frozenset[str] = frozenset({"en", "zh", "es"})
    hears: str = "en"
    """The language that it finds, if it may choose."""
    log_probability: float = -0.2
    no_speech_probability: float = 0.05
    spelling: Callable[[list[str]], list[str]] = lambda words: words
    """What it writes for the words of a window."""
    wears_on: Callable[[Asked], object] = lambda asked: None
    asked: list[Asked] = field(default_factory=list)
    takes_ms: int = 100
    """What it says when it is timed."""

    def decode(
        self,
        samples: Samples,
        languages: tuple[str, ...],
        beam_size: int,
        before: str = "",
        forbid_repeats: bool = False,
    ) -> Decoded:
        asked = Asked(len(samples) // SAMPLES_PER_MS, languages, beam_size, before, forbid_repeats)
        self.asked.append(asked)
        self.wears_on(asked)
        heard = _words(samples)
        written = self.spelling([word.text.strip() for word in heard])
        words = tuple(
            TimedWord(f" {text}", word.start_ms, word.end_ms, 0.9) for text, word in zip(written, heard, strict=False)
        )
        language = self.hears if self.hears in languages else languages[0]
        return Decoded(words, language, self.log_probability, self.no_speech_probability, len(words) + 1)

    def time_decode_ms(self, beam_size: int) -> int:
        return self.takes_ms * beam_size

    def beams(self) -> list[int]:
        """The beam sizes of all decodes: 1 is a partial."""
        return [asked.beam_size for asked in self.asked]


class ScriptedWindows(WindowRecogniser):
    """The real streaming around a scripted decoder, on a clock that only the test moves."""

    vendor = "scripted_windows"
    model = "scripted"

    def __init__(
        self,
        decoder: ScriptedDecoder,
        options: WindowOptions = AS_HEARD,
        partial: ScriptedDecoder | None = None,
    ) -> None:
        super().__init__(options, lambda: self.now_s)
        self.now_s = 0.0
        self.decoder = decoder
        self.partial_decoder = partial
        self.open()

    def load(self) -> Decoders:
        return Decoders(self.decoder, self.partial_decoder or self.decoder)


def _words(samples: Samples) -> list[TimedWord]:
    bordered = np.concatenate([np.zeros(1, np.int16), samples, np.zeros(1, np.int16)])
    borders = [0, *(np.flatnonzero(np.diff(bordered)) + 1).tolist(), len(bordered)]
    return [
        TimedWord(
            NAMES[min(bordered[start] // LOUDNESS, 9)], (start - 1) // SAMPLES_PER_MS, (end - 1) // SAMPLES_PER_MS
        )
        for start, end in pairwise(borders)
        if bordered[start] >= LOUDNESS
    ]
