"""Frames of one side on the time axis. 1000 Hz makes samples and ms the same number."""

import numpy as np
import pytest

from wrappers.audio import Samples
from wrappers.report.track import TOLERANCE_MS, Track

RATE_HZ = 1000


def tone(count: int, value: int = 1) -> Samples:
    return np.full(count, value, np.int16)


def test_what_nobody_sent_is_silence() -> None:
    track = Track(RATE_HZ)
    track.put(tone(10), 100)
    track.put(tone(10, 2), 200)

    assert track.take(220).tolist() == [0] * 100 + [1] * 10 + [0] * 90 + [2] * 10 + [0] * 10


@pytest.mark.parametrize("jitter_ms", [-TOLERANCE_MS, -3, 0, 3, TOLERANCE_MS])
def test_a_clock_that_rounds_or_drifts_leaves_no_hole(jitter_ms: int) -> None:
    track = Track(RATE_HZ)
    track.put(tone(100), 0)
    track.put(tone(10, 2), 100 + jitter_ms)

    assert track.end == 110
    assert track.take(110).tolist() == [1] * 100 + [2] * 10


def test_what_comes_twice_is_kept_once() -> None:
    track = Track(RATE_HZ)
    track.put(tone(200, 1), 0)
    track.put(tone(150, 2), 100)
    track.put(tone(20, 3), 50)

    assert track.take(300).tolist() == [1] * 200 + [2] * 50 + [0] * 50


def test_what_comes_after_its_time_was_given_out_is_cut() -> None:
    track = Track(RATE_HZ)
    assert track.take(100).tolist() == [0] * 100
    track.put(tone(80), 60)

    assert track.take(150).tolist() == [1] * 40 + [0] * 10


def test_a_frame_may_be_taken_in_pieces() -> None:
    track = Track(RATE_HZ)
    track.put(np.arange(10, dtype=np.int16), 0)

    assert [track.take(until).tolist() for until in (3, 3, 8, 12)] == [[0, 1, 2], [], [3, 4, 5, 6, 7], [8, 9, 0, 0]]
