"""The playback queue: order, positions, cuts without clicks. All pure: samples in, samples and events out."""

import numpy as np
import pytest

from wrappers.audio import PlaybackQueue

FRAME = 160  # 10 ms at 16 kHz


def level(value: int, ms: int) -> np.ndarray:
    return np.full(16 * ms, value, np.int16)


def pull_ms(queue: PlaybackQueue, ms: int, frame: int = FRAME) -> np.ndarray:
    return np.concatenate([queue.pull(frame) for _ in range(16 * ms // frame)])


def states(queue: PlaybackQueue) -> list[tuple[str, str, int]]:
    return [(event.state, event.request_id, event.played_ms) for event in queue.take_events()]


def largest_step(*parts: np.ndarray) -> int:
    """The hardest jump between neighbouring samples; a click is one of thousands."""
    return int(np.abs(np.diff(np.concatenate(parts).astype(int))).max())


@pytest.fixture
def queue() -> PlaybackQueue:
    return PlaybackQueue(16000)


def test_silence_while_there_is_nothing(queue: PlaybackQueue) -> None:
    assert not pull_ms(queue, 50).any()
    assert queue.take_events() == []


def test_a_request_is_played_exactly_and_reported(queue: PlaybackQueue) -> None:
    signal = np.random.default_rng(0).integers(-30000, 30000, 16 * 255).astype(np.int16)
    metadata = {"request_id": "100-1-1", "epoch": 1, "turn_id": 1}
    queue.push("100-1-1", 1, signal, metadata)
    queue.finish("100-1-1")
    assert queue.queued_ms == 255
    np.testing.assert_array_equal(pull_ms(queue, 260)[: len(signal)], signal)
    events = queue.take_events()
    assert [(event.state, event.played_ms, event.queued_ms) for event in events] == [
        ("started", 0, 255),
        ("progress", 100, 155),
        ("progress", 200, 55),
        ("drained", 255, 0),
    ]
    assert all(event.metadata == metadata for event in events)


@pytest.mark.parametrize("frame", [64, 160, 441, 1600])
def test_the_size_of_the_pulls_changes_nothing(queue: PlaybackQueue, frame: int) -> None:
    signal = np.random.default_rng(1).integers(-9000, 9000, 16000).astype(np.int16)
    queue.push("a", 1, signal, {})
    queue.finish("a")
    np.testing.assert_array_equal(pull_ms(queue, 1100, frame)[:16000], signal)


def test_requests_follow_each_other_in_order_of_arrival_without_a_gap(queue: PlaybackQueue) -> None:
    queue.push("a", 5, level(100, 15), {})
    queue.push("b", 4, level(200, 15), {})
    queue.push("a", 5, level(100, 10), {})
    queue.finish("b")
    queue.finish("a")
    assert pull_ms(queue, 40).tolist() == [100] * 400 + [200] * 240
    assert states(queue) == [("started", "a", 0), ("drained", "a", 25), ("started", "b", 0), ("drained", "b", 15)]


def test_a_request_is_not_drained_before_its_end_was_announced(queue: PlaybackQueue) -> None:
    queue.push("a", 1, level(100, 50), {})
    pull_ms(queue, 200)
    assert [state for state, _, _ in states(queue)] == ["started"]
    queue.finish("a")
    queue.pull(FRAME)
    assert states(queue) == [("drained", "a", 50)]


def test_an_empty_request_is_drained_without_having_started(queue: PlaybackQueue) -> None:
    queue.begin("a", 1, {})
    queue.finish("a")
    queue.finish("never-seen", 1)
    queue.pull(FRAME)
    assert states(queue) == [("drained", "a", 0), ("drained", "never-seen", 0)]


def test_an_end_that_is_told_twice_counts_once(queue: PlaybackQueue) -> None:
    queue.push("a", 1, level(100, 10), {})
    queue.finish("a")
    pull_ms(queue, 20)
    queue.finish("a")
    queue.push("a", 1, level(100, 10), {})
    assert not pull_ms(queue, 20).any()
    assert [state for state, _, _ in states(queue)] == ["started", "drained"]
    assert queue.dropped == 160


def test_flush_fades_out_within_5_ms_and_tells_how_far_it_came(queue: PlaybackQueue) -> None:
    queue.push("a", 1, level(10_000, 500), {})
    queue.push("b", 1, level(10_000, 100), {})
    before = pull_ms(queue, 200)
    queue.take_events()
    queue.flush(2)
    after = pull_ms(queue, 20)
    assert largest_step(before, after) <= 10_000 / 80 + 2
    assert not after[80:].any()
    assert states(queue) == [("flushed", "a", 200), ("flushed", "b", 0)]
    assert queue.queued_ms == 0


def test_what_is_older_than_the_flush_is_dropped_also_when_it_arrives_later(queue: PlaybackQueue) -> None:
    queue.flush(3)
    queue.push("old", 2, level(100, 50), {})
    queue.begin("old", 2, {})
    queue.finish("old", 2)
    queue.push("new", 3, level(200, 20), {})
    queue.finish("new")
    assert set(pull_ms(queue, 50).tolist()) == {0, 200}
    assert [request for _, request, _ in states(queue)] == ["new", "new"]
    assert queue.dropped == 800


def test_a_later_smaller_flush_does_not_bring_old_requests_back(queue: PlaybackQueue) -> None:
    queue.flush(5)
    queue.flush(2)
    queue.push("old", 4, level(100, 50), {})
    assert not pull_ms(queue, 50).any()


def test_flush_without_a_number_drops_all_there_is_but_nothing_of_later_requests(queue: PlaybackQueue) -> None:
    queue.push("a", 7, level(100, 50), {})
    queue.push("b", 8, level(100, 50), {})
    queue.flush()
    queue.push("a", 7, level(100, 50), {})
    queue.push("c", 7, level(200, 10), {})
    queue.finish("c")
    assert set(pull_ms(queue, 50).tolist()) == {0, 200}
    assert [(state, request) for state, request, _ in states(queue)] == [
        ("flushed", "a"),
        ("flushed", "b"),
        ("started", "c"),
        ("drained", "c"),
    ]


def test_flush_keeps_requests_of_the_new_epoch(queue: PlaybackQueue) -> None:
    queue.push("old", 1, level(100, 50), {})
    queue.push("new", 2, level(200, 20), {})
    queue.finish("new")
    queue.flush(2)
    assert pull_ms(queue, 30).tolist() == [200] * 320 + [0] * 160


def test_after_a_flush_the_next_request_is_neither_paused_nor_ducked(queue: PlaybackQueue) -> None:
    queue.push("a", 1, level(100, 500), {})
    pull_ms(queue, 50)
    queue.duck(-12, 50)
    queue.pause()
    pull_ms(queue, 10)
    queue.flush(2)
    queue.push("b", 2, level(200, 10), {})
    queue.finish("b")
    assert pull_ms(queue, 10).tolist() == [200] * 160


def test_flush_of_nothing_that_plays_leaves_ducking_alone(queue: PlaybackQueue) -> None:
    queue.push("a", 5, level(10_000, 500), {})
    queue.duck(-20, 0)
    queue.flush(2)
    assert set(pull_ms(queue, 50).tolist()) == {1000}


def test_frames_without_epoch_belong_to_the_request_begun_last(queue: PlaybackQueue) -> None:
    queue.begin("cloud-1", None, {"turn_id": 1})
    queue.push("", None, level(100, 30), {})
    pull_ms(queue, 10)
    queue.flush(7)
    queue.push("", None, level(100, 30), {})
    queue.push("cloud-1", None, level(100, 30), {})
    assert not pull_ms(queue, 50)[80:].any()
    queue.begin("cloud-2", None, {"turn_id": 2})
    queue.push("", None, level(300, 20), {})
    queue.finish("cloud-2")
    assert pull_ms(queue, 20).tolist() == [300] * 320
    assert [(state, request) for state, request, _ in states(queue)] == [
        ("started", "cloud-1"),
        ("flushed", "cloud-1"),
        ("started", "cloud-2"),
        ("drained", "cloud-2"),
    ]


def test_frames_that_name_nothing_play_even_if_nothing_was_ever_begun(queue: PlaybackQueue) -> None:
    queue.push("", None, level(100, 30), {})
    assert pull_ms(queue, 20).tolist() == [100] * 320
    queue.flush(1)
    pull_ms(queue, 20)
    queue.push("", None, level(200, 30), {})
    assert pull_ms(queue, 20).tolist() == [200] * 320


def test_ducking_moves_smoothly_to_its_level_and_resume_back(queue: PlaybackQueue) -> None:
    queue.push("a", 1, level(10_000, 2000), {})
    pull_ms(queue, 50)
    queue.duck(-12, 50)
    ducked = pull_ms(queue, 100)
    assert largest_step(ducked) <= 15
    assert ducked[-1] == pytest.approx(10_000 * 10 ** (-12 / 20), abs=1)
    queue.resume(20)
    back = pull_ms(queue, 40)
    assert largest_step(ducked, back) <= 30
    assert back[-1] == 10_000


def test_resume_goes_on_from_the_very_sample_of_the_pause(queue: PlaybackQueue) -> None:
    signal = np.arange(1, 16 * 1000 + 1).astype(np.int16)
    queue.push("a", 1, signal, {})
    queue.finish("a")
    before = pull_ms(queue, 300)
    queue.pause()
    queue.pause()
    silence = pull_ms(queue, 250)
    assert not silence[80:].any()
    assert largest_step(before[-1:], silence) <= 4800 / 80 + 2
    queue.resume(20)
    after = pull_ms(queue, 700)
    assert largest_step(silence[-1:], after) <= 5200 / 320 + 3
    np.testing.assert_array_equal(after[320:], signal[4800 + 320 :])  # nothing lost, nothing twice
    assert states(queue) == [
        ("started", "a", 0),
        ("progress", "a", 100),
        ("progress", "a", 200),
        ("progress", "a", 300),
        ("paused", "a", 300),
        ("progress", "a", 310),
        *(("progress", "a", ms) for ms in range(400, 1000, 100)),
        ("drained", "a", 1000),
    ]


def test_pausing_silence_is_no_event_but_holds_what_comes(queue: PlaybackQueue) -> None:
    queue.pause()
    queue.push("a", 1, level(100, 50), {})
    assert not pull_ms(queue, 100).any()
    assert states(queue) == []
    queue.resume(0)
    assert pull_ms(queue, 20).tolist() == [100] * 320


@pytest.mark.parametrize("frame", [64, 160, 480])
def test_an_underrun_is_bridged_without_a_click_and_counted(queue: PlaybackQueue, frame: int) -> None:
    queue.push("a", 1, level(10_000, 55), {})
    first = pull_ms(queue, 120, frame)
    assert queue.underruns == 1
    queue.push("a", 1, level(10_000, 55), {})
    queue.finish("a")
    second = pull_ms(queue, 60, frame)
    assert largest_step(first, second[: 16 * 30]) <= 10_000 / 80 + 2
    assert np.count_nonzero(first) == 55 * 16 - 1  # every sample was played once; the last of the fade is 0
    assert states(queue)[-1] == ("drained", "a", 110)
    assert queue.underruns == 1


def test_a_gap_that_is_filled_in_time_is_no_underrun(queue: PlaybackQueue) -> None:
    queue.push("a", 1, level(1000, 20), {})
    for _ in range(50):
        queue.push("a", 1, level(1000, 10), {})
        assert pull_ms(queue, 10).tolist() == [1000] * 160
    assert queue.underruns == 0


def test_a_request_whose_end_was_lost_does_not_block_the_next_for_ever(queue: PlaybackQueue) -> None:
    queue.push("a", 1, level(100, 50), {})
    queue.push("b", 1, level(200, 50), {})
    queue.finish("b")
    heard = pull_ms(queue, 700)
    first_of_b = int(np.argmax(heard == 200)) / 16
    assert 500 <= first_of_b - 50 <= 530
    assert ("drained", "a", 50) in states(queue)


@pytest.mark.parametrize("rate_hz", [8000, 22050, 24000, 48000])
def test_each_request_is_resampled_as_one_stream_with_its_tail(queue: PlaybackQueue, rate_hz: int) -> None:
    seconds = 0.5
    tone = (9000 * np.sin(2 * np.pi * 300 * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.int16)
    for request in ("a", "b"):
        for first in range(0, len(tone), 441):
            queue.push(request, 1, tone[first : first + 441], {}, rate_hz)
        queue.finish(request)
    assert queue.queued_ms == 1000
    heard = pull_ms(queue, 1000)
    expected = 9000 * np.sin(2 * np.pi * 300 * np.arange(8000) / 16000)
    for part in (heard[:8000], heard[8000:]):
        assert np.abs(part[500:-500] - expected[500:-500]).max() < 150


def test_a_request_may_change_its_rate(queue: PlaybackQueue) -> None:
    queue.push("a", 1, np.full(2400, 500, np.int16), {}, 24000)
    queue.push("a", 1, np.full(4800, 500, np.int16), {}, 48000)
    queue.finish("a")
    assert queue.queued_ms == 200


def test_loud_overlaps_are_clipped_not_wrapped(queue: PlaybackQueue) -> None:
    queue.push("a", 1, level(32767, 100), {})
    pull_ms(queue, 20)
    queue.flush(2)
    queue.push("b", 2, level(32767, 100), {})
    assert pull_ms(queue, 20).min() == 32767


def test_nothing_is_dropped_however_much_is_queued(queue: PlaybackQueue) -> None:
    for _ in range(130):
        queue.push("a", 1, level(1, 1000), {})
    assert queue.queued_ms == 130_000
