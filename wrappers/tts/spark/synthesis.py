"""Turns the tokens of one piece of speech into sound while they come."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wrappers.audio import samples_of_ms
from wrappers.tts.spark.codec import CodecStream
from wrappers.tts.spark.edges import FADE_MS, soften_end, soften_start
from wrappers.tts.spark.rates import SAMPLE_RATE_HZ
from wrappers.tts.spark.scheduler import ChunkScheduler, Step


@dataclass(slots=True)
class Figures:
    """What a speech took. Times are seconds, of work and not of waiting for whoever takes the chunks."""

    prefill_s: float = 0.0
    """Reading prompts, as far as it was done after their text was complete."""
    language_model_s: float = 0.0
    decode_s: float = 0.0
    tokens: int = 0
    first_chunk_s: float | None = None
    """From the first text on, with everything; None before the first chunk."""
    underruns: int = 0
    """How often a listener who hears the chunks as they come had to wait."""
    underrun_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Sound:
    """A part of a piece."""

    samples: NDArray[np.float32]
    """[n] at 16 kHz, n > 0."""
    tokens: int
    """It was decoded for."""
    look_ahead: int
    last: bool
    """The piece ends with it."""


class Synthesis:
    """One piece, from its first token to its last sample."""

    def __init__(
        self,
        stream: CodecStream,
        scheduler: ChunkScheduler,
        figures: Figures,
        clock: Callable[[], float],
        is_cancelled: Callable[[], bool],
    ) -> None:
        """
        figures: is added to
        clock: monotonic seconds
        is_cancelled: asked for every token and before each decoding
        """
        self._stream = stream
        self._scheduler = scheduler
        self._figures = figures
        self._clock = clock
        self._is_cancelled = is_cancelled
        self._began = False

    def run(self, tokens: Iterator[int]) -> Generator[Sound | None, None, None]:
        """The sound of the tokens, as soon as the scheduler wants it; faded out quickly if it is cancelled.

        Each step is a token or a decoding; None where it made no sound.
        """
        waiting: list[int] = []
        received = 0
        while not self._is_cancelled() and (token := self._next(tokens)) is not None:
            received += 1
            waiting.append(token)
            yield None
            if step := self._scheduler.token(self._clock()):
                yield from self._decode(step, waiting)
                waiting = []
        ended = received == 0
        while not ended and not self._is_cancelled():
            step = self._scheduler.finish(self._clock())
            yield from self._decode(step, waiting)
            waiting, ended = [], step.last
        if not ended and self._began:
            yield self._faded_end()

    def _next(self, tokens: Iterator[int]) -> int | None:
        began_s = self._clock()
        token = next(tokens, None)
        self._figures.language_model_s += self._clock() - began_s
        self._figures.tokens += token is not None
        return token

    def _decode(self, step: Step, waiting: list[int]) -> Iterator[Sound]:
        began_s = self._clock()
        samples = self._stream.flush(waiting) if step.last else self._stream.push(waiting, step.look_ahead)
        now_s = self._clock()
        self._scheduler.decoded(len(samples) / SAMPLE_RATE_HZ, now_s)
        self._figures.decode_s += now_s - began_s
        if not len(samples):
            return
        if not self._began:
            samples = soften_start(samples)
        if step.last:
            samples = soften_end(samples)
        self._began = True
        yield Sound(samples, step.frames, step.look_ahead, step.last)

    def _faded_end(self) -> Sound:
        """What would have come next, for as long as it takes to become quiet without a click."""
        samples = self._stream.flush()[: samples_of_ms(FADE_MS, SAMPLE_RATE_HZ)]
        return Sound(soften_end(samples), 0, 0, True)
