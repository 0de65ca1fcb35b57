"""From engine chunks to frames: ends that do not click, the wanted rate, the whole length."""

import numpy as np
import pytest
from support.tone_engine import ToneEngine

from wrappers.audio import Samples
from wrappers.tts import SpeechStream, render
from wrappers.tts.soft_edges import QUIET, SoftEdges

RATE_HZ = 16000
FADE = 64


class Chunks(ToneEngine):
    """Gives the chunks it was made of."""

    def __init__(self, *chunks: Samples) -> None:
        super().__init__(RATE_HZ)
        self._chunks = chunks
        self.left = False

    def stream(self, text: str) -> SpeechStream:
        try:
            yield from self._chunks
        finally:
            self.left = True


def soften(*chunks: Samples) -> Samples:
    edges = SoftEdges(RATE_HZ)
    return np.concatenate([*(edges.push(chunk) for chunk in chunks), edges.finish()])


def level(value: int, length: int) -> Samples:
    return np.full(length, value, np.int16)


@pytest.mark.parametrize("sizes", [[1000], [1] * 1000, [10, 990], [500, 500], [999, 1], [63, 1, 936]])
def test_a_piece_that_starts_and_ends_off_zero_fades_in_and_out(sizes: list[int]) -> None:
    softened = soften(*(level(9000, size) for size in sizes))
    assert len(softened) == 1000
    assert abs(int(softened[0])) <= QUIET
    assert abs(int(softened[-1])) <= QUIET
    assert np.abs(np.diff(softened.astype(int))).max() <= 9000 / FADE + 1
    assert np.all(softened[FADE:-FADE] == 9000)


def test_a_piece_that_starts_and_ends_at_zero_is_left_as_it_is() -> None:
    piece = np.concatenate([level(0, 1), level(9000, 500), level(-9000, 500), level(3, 1)])
    assert np.array_equal(soften(piece[:200], piece[200:]), piece)


@pytest.mark.parametrize("length", [0, 1, 5, FADE - 1, FADE])
def test_very_short_pieces_keep_their_length(length: int) -> None:
    softened = soften(level(9000, length))
    assert len(softened) == length
    assert length == 0 or abs(int(softened[-1])) <= QUIET


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 24000, 44100, 48000])
def test_the_length_is_exact_at_every_rate(rate_hz: int) -> None:
    frames = list(render(ToneEngine(RATE_HZ, 137), "abc", rate_hz))
    assert sum(map(len, frames)) == pytest.approx(3 * 0.137 * rate_hz, abs=1)
    assert all(0 < len(frame) <= rate_hz * 0.04 and frame.dtype == np.int16 for frame in frames)


def test_big_chunks_become_short_frames_and_empty_ones_none() -> None:
    frames = list(render(Chunks(level(0, 5000), level(0, 0), level(0, 1)), "", RATE_HZ))
    assert max(map(len, frames)) == 640
    assert sum(map(len, frames)) == 5001


def test_closing_closes_the_engines_stream() -> None:
    engine = Chunks(*[level(0, 640)] * 100)
    frames = render(engine, "", RATE_HZ)
    next(frames)
    frames.close()
    assert engine.left
