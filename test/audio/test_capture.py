"""A microphone's blocks as frames: without gaps, with true times, whatever the device does."""

import numpy as np
import pytest

from wrappers.audio import Frame
from wrappers.audio.capture import Capture

RATE_HZ = 48000
BLOCK = 240


def sound(blocks: int, seed: int = 0) -> list[np.ndarray]:
    samples = np.random.default_rng(seed).integers(-9000, 9000, blocks * BLOCK).astype(np.int16)
    return np.split(samples, blocks)


def push_all(capture: Capture, blocks: list[np.ndarray], start_ms: float) -> list[Frame]:
    frames = []
    for index, block in enumerate(blocks):
        frames += capture.push(block, start_ms + index * 5)
    return frames


def steps_ms(frames: list[Frame]) -> set[int]:
    return set(np.diff([frame.time_ms for frame in frames]).tolist())


def test_frames_are_10_ms_at_16_khz_with_the_time_of_their_first_sample() -> None:
    capture = Capture()
    capture.begin(RATE_HZ)
    frames = push_all(capture, sound(200), 7000)
    assert all(len(frame.samples) == 160 for frame in frames)
    assert [frame.time_ms for frame in frames] == [7000 + 10 * index for index in range(len(frames))]
    assert len(frames) == 99  # 3 ms of the last 10 are still in the resampler


def test_lost_sound_is_replaced_by_zeros_of_equal_length() -> None:
    capture = Capture()
    capture.begin(RATE_HZ)
    frames = push_all(capture, sound(100), 1000)
    frames += capture.push(sound(1)[0], 1500 + 230, overflowed=True)  # 230 ms are missing
    for index, block in enumerate(sound(100, seed=2)[1:], 1):
        frames += capture.push(block, 1730 + index * 5)
    assert steps_ms(frames) == {10}
    assert frames[-1].time_ms == pytest.approx(1730 + 500 - 20, abs=10)
    quiet = [frame.time_ms for frame in frames if not frame.samples.any()]
    assert len(quiet) == pytest.approx(22, abs=1) and quiet[0] == pytest.approx(1510, abs=10)
    assert capture.overflows == 1 and capture.lost_ms == pytest.approx(230, abs=1)


def test_an_overflow_that_lost_nothing_adds_nothing() -> None:
    capture = Capture()
    capture.begin(RATE_HZ)
    first = capture.push(sound(1)[0], 1000, overflowed=True)  # before the first block there was nothing to lose
    frames = first + push_all(capture, sound(50)[1:], 1005)
    assert steps_ms(frames) == {10} and capture.lost_ms == 0 and capture.overflows == 1


def test_another_device_goes_on_where_the_first_one_ended() -> None:
    capture = Capture()
    capture.begin(RATE_HZ)
    frames = push_all(capture, sound(100), 1000)
    capture.begin(44100)
    for index in range(50):
        frames += capture.push(np.full(441, 500, np.int16), 1800 + 10 * index)
    assert steps_ms(frames) <= {9, 10, 11}
    assert frames[-1].time_ms == pytest.approx(1800 + 490 - 10, abs=10)
    assert len(frames) == (frames[-1].time_ms - frames[0].time_ms) // 10 + 1
    assert capture.filled_ms == pytest.approx(300, abs=15)


def test_a_new_device_that_was_open_early_does_not_turn_back_time() -> None:
    capture = Capture()
    capture.begin(RATE_HZ)
    frames = push_all(capture, sound(100), 1000)
    capture.begin(RATE_HZ)
    frames += push_all(capture, sound(100, seed=3), 1300)  # 200 ms of it are known already
    assert steps_ms(frames) <= {9, 10, 11}
    assert frames[-1].time_ms == pytest.approx(1790, abs=12)


def test_frames_go_on_after_those_of_an_earlier_process() -> None:
    capture = Capture(start_ms=4000)
    capture.begin(RATE_HZ)
    frames = push_all(capture, sound(20), 4500)
    assert frames[0].time_ms == 4000 and steps_ms(frames) <= {9, 10, 11}
    assert not any(frame.samples.any() for frame in frames[:49]) and frames[-1].samples.any()


def test_the_sleep_of_a_machine_is_a_gap() -> None:
    capture = Capture()
    capture.begin(RATE_HZ)
    frames = push_all(capture, sound(10), 1000)
    capture.begin(RATE_HZ)
    after = push_all(capture, sound(10), 3_600_000)
    assert len(after) <= 5 and after[0].time_ms == pytest.approx(3_600_000, abs=5)
    assert len(frames) <= 5


@pytest.mark.parametrize(("samples", "expected"), [(np.zeros(240, np.int16), True), (np.eye(1, 240), False)])
def test_only_zeros_for_long_enough_are_a_microphone_that_hears_nothing(samples: np.ndarray, expected: bool) -> None:
    capture = Capture()
    capture.begin(RATE_HZ)
    push_all(capture, [samples.reshape(-1).astype(np.int16)] * 599, 1000)
    assert not capture.hears_nothing
    push_all(capture, [np.zeros(240, np.int16)], 1000 + 599 * 5)
    assert capture.hears_nothing is expected
    capture.begin(RATE_HZ)
    assert not capture.hears_nothing
