"""Microphone and loudspeaker are brought together by time."""

import numpy as np
import pytest

from wrappers.echo.merger import GIVE_UP_MS, STEADY_MS, TRUST_AGAIN_MS, Merger
from wrappers.echo.reference import TOLERATED_SAMPLES, ReferenceTrack
from wrappers.echo.timeline import Timeline

FRAME_MS = 10


def ramp(start: int, count: int = 160) -> np.ndarray:
    """Samples that tell their own place."""
    return (np.arange(start, start + count) % 30000).astype(np.int16)


def test_a_timeline_smooths_whole_ms_to_less_than_a_sample() -> None:
    timeline = Timeline()
    exact = [1000.4 + 10 * index for index in range(3000)]
    placed = [timeline.add(160, round(time_ms)) for time_ms in exact]
    errors = np.abs(np.array(placed) - exact)[500:]
    assert errors.max() < 0.5, "no worse than the rounding"
    assert np.ptp(np.array(placed)[500:] - exact[500:]) < 1 / 16


@pytest.mark.parametrize("ppm", [100, -100])
def test_a_timeline_follows_another_clock(ppm: int) -> None:
    timeline = Timeline()
    for index in range(60_000):
        time_ms = 10 * index * (1 + ppm * 1e-6)
        placed_ms = timeline.add(160, round(time_ms))
    assert placed_ms == pytest.approx(time_ms, abs=0.6)


def test_a_timeline_begins_anew_after_a_jump() -> None:
    timeline = Timeline()
    for index in range(100):
        timeline.add(160, 10 * index)
    assert timeline.jump_ms(1000 + 59) == 0
    assert timeline.jump_ms(1000 + 500) == 500
    assert timeline.add(160, 1500) == 1500


def test_a_reference_is_cut_at_any_time() -> None:
    track = ReferenceTrack()
    for index in range(10):
        assert track.push(ramp(160 * index), 3 + 10 * index)
    assert track.covers(103)
    assert not track.covers(104)
    np.testing.assert_array_equal(track.take(13), ramp(160))
    np.testing.assert_array_equal(track.take(50), ramp(16 * 47))


def test_nothing_is_played_before_the_beginning_and_after_the_end() -> None:
    track = ReferenceTrack()
    assert not track.take(0).any()
    track.push(np.full(160, 7, np.int16), 100)
    np.testing.assert_array_equal(track.take(95), [0] * 80 + [7] * 80)
    np.testing.assert_array_equal(track.take(105), [7] * 80 + [0] * 80)


def errors_of_two_clocks(ppm: float, speed: float) -> np.ndarray:
    """By how many samples the reference is out, frame by frame, for five minutes; without the first two seconds."""
    track = ReferenceTrack()
    microphone = Timeline()
    errors = []
    for index in range(30_000):
        track.push(ramp(160 * index), 10 * index)
        captured_ms = 5 + 10 * index * (1 + ppm * 1e-6)
        taken = track.take(microphone.add(160, round(captured_ms)) - 100, speed)
        place = (captured_ms - 100) * 16
        if index > 200 and 100 < place % 30000 < 29900:  # where the ramp begins anew, nothing can be told
            errors.append((int(taken[0]) - place + 15000) % 30000 - 15000)
    return np.array(errors)


@pytest.mark.parametrize("ppm", [100, -100])
def test_two_clocks_that_drift_apart_stay_within_some_ms(ppm: float) -> None:
    errors = errors_of_two_clocks(ppm, 1.0)
    assert np.abs(errors).max() < TOLERATED_SAMPLES + 16, "and whole ms of both sides"
    assert np.count_nonzero(np.abs(np.diff(errors)) >= 2) == 1, "at once, when it must be: 30 ms in five minutes"


def test_times_that_creep_while_the_sound_goes_on_move_nothing() -> None:
    """A loudspeaker corrects the estimate of its delay by 12 ms, little by little."""
    track = ReferenceTrack()
    places = set()
    for index in range(3000):
        track.push(ramp(160 * index), round(10 * index + min(12.0, index / 100)))
        if index >= 100:
            places.add((int(track.take(10 * index - 500)[0]) - 160 * index) % 30000)
    assert len(places) == 1


@pytest.mark.parametrize("ppm", [100, -100])
def test_with_the_right_speed_they_do_not_drift_apart(ppm: float) -> None:
    errors = errors_of_two_clocks(ppm, 1 + ppm * 1e-6)
    assert np.ptp(errors) < 1.1, "values are whole numbers"


def test_a_reference_goes_by_the_times_again_when_it_is_told_to() -> None:
    track = ReferenceTrack()
    for index in range(10):
        track.push(ramp(160 * index), 10 * index)
    track.take(10)
    np.testing.assert_array_equal(track.take(30), ramp(16 * 20))
    track.realign()
    np.testing.assert_array_equal(track.take(50), ramp(16 * 50))


def test_between_two_samples_a_tone_goes_on() -> None:
    track = ReferenceTrack()
    times = np.arange(16 * 400)
    track.push((20000 * np.sin(2 * np.pi * 3000 / 16000 * times)).astype(np.int16), 0)
    speed = 1 + 200e-6
    taken = np.concatenate([track.take(100 + 10 * index, speed) for index in range(20)])
    places = 1600 + np.arange(20)[:, None] * 160 * speed + np.arange(160)
    wanted = 20000 * np.sin(2 * np.pi * 3000 / 16000 * places.ravel())
    assert np.sqrt(np.mean((taken - wanted) ** 2)) < 20000 / 2**0.5 * 10 ** (-50 / 20)


def test_a_hole_in_the_reference_holds_silence_and_moves_nothing() -> None:
    track = ReferenceTrack()
    for index in range(10):
        track.push(np.full(160, 1, np.int16), 10 * index)
    track.push(np.full(160, 2, np.int16), 400)
    assert track.covers(410)
    assert track.take(90)[0] == 1
    assert not track.take(200).any()
    assert (track.take(400) == 2).all()


@pytest.mark.parametrize("time_ms", [-5000, 60_000])
def test_a_reference_of_another_time_begins_anew(time_ms: int) -> None:
    track = ReferenceTrack()
    for index in range(10):
        track.push(np.full(160, 1, np.int16), 10 * index)
    track.take(50)
    for index in range(3):
        track.push(np.full(160, 2, np.int16), time_ms + 10 * index)
    assert (track.take(time_ms + 5) == 2).all()


def test_what_is_kept_is_bounded() -> None:
    track = ReferenceTrack()
    for index in range(1000):
        track.push(ramp(160 * index), 10 * index)
    assert not track.take(5000).any(), "five seconds ago"
    np.testing.assert_array_equal(track.take(8500), ramp(16 * 8500))


def feed(merger: Merger[int], index: int, now_ms: float) -> None:
    merger.push_microphone(ramp(160 * index), 10 * index, now_ms, index)


def reference(merger: Merger[int], index: int) -> bool:
    return merger.push_reference(ramp(160 * index), 10 * index)


def test_a_frame_that_comes_first_waits_for_its_reference() -> None:
    merger: Merger[int] = Merger(wait_ms=30)
    reference(merger, 0)
    feed(merger, 0, 10)
    assert [pair.state for pair in merger.take(10)] == ["there"]
    feed(merger, 1, 20)
    assert merger.take(20) == []
    assert merger.deadline_ms == 50
    reference(merger, 1)
    (pair,) = merger.take(45)
    assert (pair.state, pair.carry, pair.time_ms) == ("there", 1, 10)
    np.testing.assert_array_equal(pair.reference, pair.microphone)
    assert merger.deadline_ms is None


def test_it_does_not_wait_longer_than_that() -> None:
    merger: Merger[int] = Merger(wait_ms=30)
    reference(merger, 0)
    for index in range(3):
        feed(merger, index, 10 * index)
    assert [pair.state for pair in merger.take(39)] == ["there"]
    late = merger.take(40)
    assert [(pair.carry, pair.state) for pair in late] == [(1, "late")]
    assert not late[0].reference.any()
    assert reference(merger, 1) is False, "too late to be used"
    assert reference(merger, 2) is True
    assert [pair.state for pair in merger.take(41)] == ["there"]


def test_without_any_reference_nothing_waits() -> None:
    merger: Merger[int] = Merger(wait_ms=30)
    feed(merger, 0, 10)
    (pair,) = merger.take(10)
    assert pair.state == "absent"
    assert not pair.reference.any()


def late_by(merger: Merger[int], frames: int, count: int) -> list[str]:
    """What becomes of `count` frames whose references all come so many frames late."""
    reference(merger, 0)
    states: list[str] = []
    for index in range(count):
        if index >= frames:
            reference(merger, index - frames)
        feed(merger, index, 10 * index)
        states += [pair.state for pair in merger.take(10 * index)]
    return states


def test_a_reference_that_is_steadily_late_is_taken_as_later_than_it_says() -> None:
    merger: Merger[int] = Merger(wait_ms=30)
    states = late_by(merger, 5, 300)
    assert states.count("late") == STEADY_MS // FRAME_MS
    assert states[-1] == "there"
    assert merger.lost == 0
    assert 20 <= merger.shift_ms <= 50, "50 ms late, of which 30 are waited for"


def test_one_that_stays_later_than_its_echo_is_given_up_and_trusted_again_once_it_is_in_time() -> None:
    merger: Merger[int] = Merger(wait_ms=30)
    states = late_by(merger, 30, 300)
    assert states[-1] == "absent"
    assert merger.lost == 1
    for index in range(270, 300):
        reference(merger, index)
    states.clear()
    for index in range(300, 500):
        reference(merger, index)
        feed(merger, index, 10 * index)
        states += [pair.state for pair in merger.take(10 * index)]
    assert states[-1] == "there"
    assert states[-200:].count("absent") == TRUST_AGAIN_MS // FRAME_MS - 1


def test_one_that_stands_still_is_given_up() -> None:
    merger: Merger[int] = Merger(wait_ms=30)
    reference(merger, 0)
    states: list[str] = []
    for index in range(300):
        feed(merger, index, 10 * index)
        states += [pair.state for pair in merger.take(10 * index)]
    assert GIVE_UP_MS // FRAME_MS <= states.count("late") <= GIVE_UP_MS // FRAME_MS + 1
    assert states[-1] == "absent"
    assert merger.lost == 1


def test_one_that_was_given_up_is_trusted_again_although_microphone_frames_come_first() -> None:
    merger: Merger[int] = Merger(wait_ms=30)
    reference(merger, 0)
    for index in range(200):  # it stands still
        feed(merger, index, 10 * index)
        merger.take(10 * index)
    assert merger.lost == 1
    states: list[str] = []
    for index in range(200, 400):
        feed(merger, index, 10 * index)
        states += [pair.state for pair in merger.take(10 * index)]
        reference(merger, index - 1)  # 10 ms after the microphone frame of the same time
    assert states[-1] == "there"
    assert states.count("absent") <= TRUST_AGAIN_MS // FRAME_MS + 1


def test_after_a_stall_of_the_microphone_every_frame_has_its_own_reference() -> None:
    merger: Merger[int] = Merger(wait_ms=30)
    for index in range(100):
        reference(merger, index)
    for index in range(100):
        feed(merger, index, 1000)
    pairs = merger.take(1000)
    assert [pair.carry for pair in pairs] == list(range(100))
    for pair in pairs:
        np.testing.assert_array_equal(pair.reference, pair.microphone)
