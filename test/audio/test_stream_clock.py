"""From sample counts to times: bursts, stalls, drift, and devices that left something out."""

import math

import numpy as np
import pytest

from wrappers.audio.stream_clock import StreamClock

RATE_HZ = 48000
BLOCK = 480


def run(clock: StreamClock, delays_ms: np.ndarray, start_ms: float = 5000, ppm: float = 0) -> np.ndarray:
    """Measure one block after another, each late by so much; the error of the clock after each, in ms."""
    errors = []
    for index, delay_ms in enumerate(delays_ms):
        true_ms = start_ms + index * 10 * (1 + ppm * 1e-6)
        clock.measure(index * BLOCK, true_ms + delay_ms)
        errors.append(clock.time_ms(index * BLOCK) - true_ms)
    return np.array(errors)


def test_before_the_first_measurement_no_time_is_known() -> None:
    assert math.isnan(StreamClock(RATE_HZ).time_ms(0))


def test_regular_blocks_have_their_times() -> None:
    clock = StreamClock(RATE_HZ)
    assert np.abs(run(clock, np.zeros(300))).max() < 1e-6
    assert clock.time_ms(300 * BLOCK + 24) == pytest.approx(5000 + 3000.5)


def test_bursts_and_jitter_do_not_show() -> None:
    delays_ms = np.random.default_rng(0).exponential(15, 1000) + np.tile([0, 10], 500)
    errors = run(StreamClock(RATE_HZ), delays_ms)[100:]
    assert errors.min() >= 0 and errors.max() < 2
    assert np.abs(np.diff(errors)).max() < 0.25  # frames stay 10 ms apart


@pytest.mark.parametrize("stall_ms", [50, 200, 400])
def test_a_stall_moves_nothing(stall_ms: int) -> None:
    delays_ms = np.zeros(600)
    delays_ms[300 : 300 + stall_ms // 10] = np.arange(stall_ms, 0, -10)
    assert np.abs(run(StreamClock(RATE_HZ), delays_ms)).max() < 0.1


@pytest.mark.parametrize("ppm", [-100, 100])
def test_drift_of_the_devices_clock_is_followed_for_hours(ppm: int) -> None:
    delays_ms = np.random.default_rng(1).exponential(5, 100_000)  # a quarter of an hour
    errors = run(StreamClock(RATE_HZ), delays_ms, ppm=ppm)[500:]
    assert np.abs(errors).max() < 3


def test_after_a_restart_the_next_block_tells_the_time() -> None:
    clock = StreamClock(RATE_HZ)
    run(clock, np.zeros(100))
    clock.restart()
    clock.measure(100 * BLOCK, 9000)
    assert clock.time_ms(100 * BLOCK) == pytest.approx(9000)


def test_what_is_late_for_good_is_believed_slowly() -> None:
    delays_ms = np.where(np.arange(1000) < 300, 0.0, 40.0)
    errors = run(StreamClock(RATE_HZ), delays_ms)
    assert errors[299] == pytest.approx(0, abs=0.1) and errors[-1] == pytest.approx(40, abs=0.5)
    assert np.diff(errors).max() <= 0.21


def test_an_impossible_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        StreamClock(0)
