"""Whisper and Parakeet on the GPU of a Mac, one window at a time, in the thread that all engines on MLX share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wrappers.asr.base import RATE_HZ
from wrappers.asr.stable_prefix import TimedWord
from wrappers.asr.windows import Decoded, most_tokens
from wrappers.asr.word_alignment import token_starts
from wrappers.audio import Samples
from wrappers.errors import EngineFailed
from wrappers.mlx_worker import MlxUser

if TYPE_CHECKING:
    from wrappers.asr.mlx_parakeet import MlxParakeet
    from wrappers.asr.mlx_whisper import MlxWhisper, Reading

Urgency = Literal["final", "partial"]
FRAME_MS = 20
TYPICAL_TOKENS = 24
"""Of a sentence of five seconds."""


@dataclass(frozen=True)
class MlxDecoderOptions:
    hot_words: str = ""
    """Names and terms that are likely to be said."""
    initial_prompt: str = ""
    """A text in the style of the transcripts, as if it had been said before."""


class MlxParakeetDecoder:
    """Implements `wrappers.asr.WindowDecoder`. It knows neither beams nor what was said before."""

    def __init__(self, parakeet: MlxParakeet, name: str, mlx: MlxUser, kind: Urgency) -> None:
        """As `MlxWhisperDecoder`."""
        self.model = name
        self.languages = parakeet.languages
        self._parakeet = parakeet
        self._mlx = mlx
        self._kind = kind

    def decode(
        self,
        samples: Samples,
        languages: tuple[str, ...],
        beam_size: int,
        before: str = "",
        forbid_repeats: bool = False,
    ) -> Decoded:
        """See `WindowDecoder.decode`; of several languages the first is told, as the model does not tell."""
        try:
            (decoded,) = self._mlx.run(lambda: self._parakeet.read(samples, languages[0]), kind=self._kind)
        except (RuntimeError, ValueError) as problem:
            raise EngineFailed(f"Parakeet failed: {str(problem).strip().splitlines()[0]}") from None
        return decoded

    def time_decode_ms(self, beam_size: int) -> int:
        """See `WindowDecoder.time_decode_ms`."""
        return _second_time_ms(lambda noise: self.decode(noise, ("en",), beam_size))


class MlxWhisperDecoder:
    """Implements `wrappers.asr.WindowDecoder`. Greedy: mlx-audio has no beam search."""

    def __init__(
        self,
        whisper: MlxWhisper,
        name: str,
        mlx: MlxUser,
        kind: Urgency,
        options: MlxDecoderOptions = MlxDecoderOptions(),
    ) -> None:
        """
        mlx: the way to the thread in which the model was loaded; calls block another thread
        kind: how urgent its work is there
        """
        self.model = name
        self.languages = whisper.languages
        self._whisper = whisper
        self._mlx = mlx
        self._kind = kind
        self._options = options

    def decode(
        self,
        samples: Samples,
        languages: tuple[str, ...],
        beam_size: int,
        before: str = "",
        forbid_repeats: bool = False,
    ) -> Decoded:
        """See `WindowDecoder.decode`; `beam_size` is of no effect."""
        said = " ".join(
            part.strip() for part in (self._options.hot_words, self._options.initial_prompt, before) if part.strip()
        )
        reading = self._read(samples, languages, said, most_tokens(samples), forbid_repeats)
        words = self._words(reading, len(samples) * 1000 // RATE_HZ)
        mean = reading.log_probability / (len(reading.tokens) + 1)
        return Decoded(words, reading.language, mean, reading.no_speech_probability, len(reading.tokens))

    def time_decode_ms(self, beam_size: int) -> int:
        """See `WindowDecoder.time_decode_ms`."""
        return _second_time_ms(lambda noise: self._read(noise, (min(self.languages),), "", TYPICAL_TOKENS, False))

    def _read(self, samples: Samples, *arguments: Any) -> Reading:
        def steps() -> Iterator[Reading | None]:
            return self._whisper.read(samples, *arguments)

        try:
            (reading,) = self._mlx.run(steps, kind=self._kind)
        except (RuntimeError, ValueError) as problem:
            raise EngineFailed(f"Whisper failed: {str(problem).strip().splitlines()[0]}") from None
        return reading

    def _words(self, reading: Reading, length_ms: int) -> tuple[TimedWord, ...]:
        from mlx_audio.stt.models.whisper.timing import WordTiming, merge_punctuations

        tokenizer = self._whisper.tokenizer(reading.language)
        if not tokenizer.decode(list(reading.tokens)).strip():
            return ()
        starts = token_starts(reading.attention) * FRAME_MS
        try:
            texts, groups = tokenizer.split_to_word_tokens([*reading.tokens, tokenizer.eot])
        except IndexError:  # the library's answer to bytes that are no text, which come only from a model that guesses
            return (TimedWord(tokenizer.decode(list(reading.tokens)), 0, length_ms, 0.0),)
        timings, place = [], 0
        for text, group in zip(texts[:-1], groups[:-1], strict=True):  # the last one is the end
            chances = reading.token_probabilities[place : place + len(group)]
            begin_ms, place = int(starts[place]), place + len(group)
            timings.append(WordTiming(text, group, begin_ms, int(starts[place]), float(chances.mean())))
        merge_punctuations(timings, "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、")
        return tuple(
            TimedWord(
                timing.word, min(timing.start, length_ms), min(timing.end, length_ms), round(timing.probability, 3)
            )
            for timing in timings
            if timing.word
        )


def _second_time_ms(read: Callable[[Samples], object]) -> int:
    """How long five seconds of noise take; the first time takes longer than all others, and does not count."""
    noise = np.random.default_rng(1).normal(0, 1000, 5 * RATE_HZ).astype(np.int16)
    read(noise)
    start_s = time.perf_counter()
    read(noise)
    return round((time.perf_counter() - start_s) * 1000)
