"""From a text to audio that can be played as it is: the wanted rate, short frames, ends that do not click."""

from __future__ import annotations

from contextlib import closing

from wrappers.audio import Resampler, Samples, samples_of_ms
from wrappers.tts.base import SpeechEngine, SpeechSteps, SpeechStream, steps_of, without_turns
from wrappers.tts.soft_edges import SoftEdges

MAX_FRAME_MS = 40
"""An interruption takes effect between frames."""


def render(engine: SpeechEngine, text: str, rate_hz: int) -> SpeechStream:
    """Speak one text.

    rate_hz: rate of the frames, whatever the engine's is
    yields int16 [n], n > 0, at most MAX_FRAME_MS long
    raises what `engine.stream` raises
    """
    return without_turns(render_steps(engine, text, rate_hz))


def render_steps(engine: SpeechEngine, text: str, rate_hz: int) -> SpeechSteps:
    """The same in the steps of the engine: None after one that made no sound."""
    edges = SoftEdges(engine.sample_rate_hz)
    resampler = Resampler(engine.sample_rate_hz, rate_hz)
    with closing(steps_of(engine, text)) as chunks:
        for chunk in chunks:
            if chunk is None:
                yield None
                continue
            yield from _frames(resampler.push(edges.push(chunk)), rate_hz)
    yield from _frames(resampler.push(edges.finish()), rate_hz)
    yield from _frames(resampler.flush(), rate_hz)


def _frames(samples: Samples, rate_hz: int) -> SpeechStream:
    longest = samples_of_ms(MAX_FRAME_MS, rate_hz)
    for start in range(0, len(samples), longest):
        yield samples[start : start + longest]
