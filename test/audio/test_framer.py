"""Frames of one length with gapless times, from chunks of any length."""

import numpy as np
import pytest

from wrappers.audio import Framer


@pytest.mark.parametrize("chunk", [1, 37, 159, 160, 161, 480, 512, 5000])
def test_any_chunking_gives_the_same_frames(chunk: int) -> None:
    signal = np.arange(5000, dtype=np.int16)
    framer = Framer(16000, 160, start_ms=1000)
    frames = [frame for first in range(0, 5000, chunk) for frame in framer.push(signal[first : first + chunk])]
    assert [frame.time_ms for frame in frames] == [1000 + 10 * index for index in range(31)]
    np.testing.assert_array_equal(np.concatenate([frame.samples for frame in frames]), signal[: 31 * 160])


def test_the_last_frame_is_filled_with_silence() -> None:
    framer = Framer(16000, 160)
    assert framer.flush() is None
    framer.push(np.full(200, 7, np.int16))
    last = framer.flush()
    assert last is not None and last.time_ms == 10
    assert last.samples.tolist() == [7] * 40 + [0] * 120
    assert framer.flush() is None


def test_given_times_set_the_clock_and_jitter_does_not_make_gaps() -> None:
    framer = Framer(16000, 512)
    jitter = [0, 9, -8, 12, 3, -11, 0, 5]
    frames = []
    for index in range(400):
        frames += framer.push(np.zeros(160, np.int16), 50_000 + 10 * index + jitter[index % 8])
    steps = np.diff([frame.time_ms for frame in frames])
    assert frames[0].time_ms == pytest.approx(50_000, abs=2)
    assert set(steps) <= {31, 32, 33}
    assert framer.jumps == 0


def test_slow_drift_of_the_clock_is_followed() -> None:
    framer = Framer(16000, 160)
    frames = []
    for index in range(6000):  # a minute whose clock is 0.1 % slower than the samples
        frames += framer.push(np.zeros(160, np.int16), 10.01 * index)
    assert frames[-1].time_ms == pytest.approx(10.01 * 5999, abs=2)
    assert framer.jumps == 0


def test_a_jump_begins_anew_without_the_unfinished_frame() -> None:
    framer = Framer(16000, 160)
    framer.push(np.full(200, 1, np.int16), 0)
    frames = framer.push(np.full(160, 2, np.int16), 5000)
    assert framer.jumps == 1
    assert [frame.time_ms for frame in frames] == [5000]
    assert set(frames[0].samples.tolist()) == {2}


def test_impossible_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Framer(16000, 0)
