"""Frames of one side on the time axis. 1000 Hz makes samples and ms the same number."""

import numpy as np
import pytest

from wrappers.audio import Samples
from wrappers.report.track import DRIFT_MS, TOLERANCE_MS, Track

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


@pytest.mark.parametrize("drift_per_million", [-500, -50, 50, 500])
def test_a_clock_that_drifts_stays_in_step_without_a_hole(drift_per_million: int) -> None:
    """Ten minutes of frames whose own clock runs differently: nothing is cut out, nothing is filled in."""
    rate_hz, frames = 16_000, 60_000
    track = Track(rate_hz)
    sound = np.full(160, 1000, np.int16)
    worst_ms = 0.0
    for index in range(frames):
        time_ms = index * 10 * (1 + drift_per_million / 1e6)
        track.put(sound, round(time_ms))
        worst_ms = max(worst_ms, abs(track.end / 16 - time_ms - 10))

    assert worst_ms < 2 * DRIFT_MS
    assert (track.take(track.end) == 1000).all()


def test_drift_is_spread_over_the_sound_and_changes_it_by_less_than_a_step() -> None:
    """A slow tone, sampled by a clock that runs 0.05 % too fast, is the same tone on the axis of the recording."""
    rate_hz, drift = 16_000, 1.0005
    track = Track(rate_hz)
    wave = 10_000 * np.sin(2 * np.pi * 100 * np.arange(rate_hz * 60) / rate_hz / drift)
    for index in range(6000):
        track.put(wave[160 * index : 160 * index + 160].astype(np.int16), round(index * 10 / drift))

    found = track.take(track.end).astype(float)
    steps = np.abs(np.diff(found))
    assert steps.max() < 2 * np.abs(np.diff(wave)).max()
    assert abs(len(found) - rate_hz * 60 / drift) < 2 * DRIFT_MS * 16


@pytest.mark.parametrize("burst_ms", [12, 30])
def test_times_that_waver_change_no_sample_once_their_mean_is_known(burst_ms: int) -> None:
    track = Track(16_000)
    sent = [np.full(160, index % 100, np.int16) for index in range(2000)]
    for index, sound in enumerate(sent):
        track.put(sound, 100 + index * 10 + (burst_ms if index % 3 == 2 else 0))

    assert (track.take(track.end)[-160 * 1000 :] == np.concatenate(sent[1000:])).all()
