"""The gate: closed while the agent is heard, by the times of the frames."""

import numpy as np
import pytest

from wrappers.echo import GateOptions, HeardIntervals
from wrappers.echo.gate import TimeGate

ANSWER = "100-1-1"


def heard_from_to(start_ms: int, end_ms: int) -> HeardIntervals:
    heard = HeardIntervals()
    heard.tell(ANSWER, "started", start_ms, end_ms - start_ms)
    heard.tell(ANSWER, "drained", end_ms, 0)
    return heard


def closed(gate: TimeGate, heard: HeardIntervals, from_ms: int, to_ms: int) -> list[int]:
    """The start times of the frames that are silenced."""
    return [time for time in range(from_ms, to_ms, 10) if gate.is_closed(heard, time, time + 10)]


def test_it_is_closed_from_the_head_to_the_tail() -> None:
    gate = TimeGate(GateOptions(head_ms=30, tail_ms=200))
    times = closed(gate, heard_from_to(1000, 2000), 0, 4000)
    assert times == list(range(970, 2200, 10))


@pytest.mark.parametrize(("delay_ms", "tail_ms"), [(0, 250), (80, 330), (120, 420), (400, 700)])
def test_the_tail_follows_the_delay_of_the_echo(delay_ms: int, tail_ms: int) -> None:
    gate = TimeGate()
    gate.delay_ms = delay_ms
    assert gate.tail_ms == tail_ms


def test_a_frame_counts_by_its_capture_time_whenever_it_comes() -> None:
    gate = TimeGate(GateOptions(head_ms=0, tail_ms=100))
    heard = heard_from_to(1000, 2000)
    heard.tell("100-2-1", "started", 5000, 1000)
    assert gate.is_closed(heard, 1500, 1510), "captured while the agent spoke, though it comes when all is over"
    assert not gate.is_closed(heard, 3000, 3010), "captured in between, though the agent speaks again"


def test_one_request_after_the_other_is_one_stretch() -> None:
    heard = HeardIntervals()
    heard.tell("a", "started", 1000, 500)
    heard.tell("b", "started", 1500, 500)  # the end of a is lost
    heard.tell("a", "drained", 1500, 500)
    assert heard.is_playing
    heard.tell("b", "drained", 2000, 0)
    assert not heard.is_playing
    assert heard.overlap(1400, 1600)
    assert not heard.overlap(2000, 2010)


def test_a_pause_opens_it_after_the_tail_and_going_on_closes_it() -> None:
    gate = TimeGate(GateOptions(head_ms=0, tail_ms=100))
    heard = HeardIntervals()
    heard.tell(ANSWER, "started", 1000, 5000)
    heard.tell(ANSWER, "paused", 2000, 4000)
    assert not gate.is_closed(heard, 2200, 2210)
    heard.tell(ANSWER, "progress", 3000, 3900)
    assert gate.is_closed(heard, 3000, 3010)
    assert not gate.is_closed(heard, 2900, 2910)


def test_the_reference_alone_closes_it_too() -> None:
    heard = HeardIntervals()
    for time_ms in range(1000, 1500, 10):
        heard.sounded(time_ms, time_ms + 10)
    heard.sounded(1540, 1550)
    assert heard.overlap(1505, 1515), "a gap of 40 ms is none"
    assert not heard.overlap(1560, 1570)
    assert heard.overlap(1560, 1570, tail_ms=20)
    assert heard.overlap(980, 990, head_ms=20)


def test_a_lost_end_is_given_up_after_all_that_was_queued() -> None:
    heard = HeardIntervals(lost_end_ms=2000)
    heard.tell(ANSWER, "started", 1000, 3000)
    heard.tell(ANSWER, "progress", 1100, 2900)
    assert not heard.expire(1100 + 2900 + 2000)
    assert heard.is_playing
    assert heard.expire(1100 + 2900 + 2001)
    assert not heard.is_playing
    assert not heard.expire(9000), "told once"
    assert not heard.overlap(7000, 7010)


def test_a_silent_reference_shows_a_lost_end_sooner() -> None:
    heard = HeardIntervals(lost_end_ms=2000)
    heard.tell(ANSWER, "started", 1000, 60_000)
    heard.sounded(1000, 1500)
    heard.known_until(3500)
    assert not heard.expire(3500)
    heard.known_until(3501)
    assert heard.expire(3501)


def test_progress_keeps_it_closed_however_long_it_takes() -> None:
    heard = HeardIntervals(lost_end_ms=500)
    heard.tell(ANSWER, "started", 0, 0)
    for time_ms in range(100, 600_000, 100):
        assert not heard.expire(time_ms)
        heard.tell(ANSWER, "progress", time_ms, 0)


def test_hours_of_talk_do_not_grow() -> None:
    heard = HeardIntervals()
    for time_ms in range(0, 3_600_000, 500):
        heard.sounded(time_ms, time_ms + 300)
        heard.tell(str(time_ms), "started", time_ms, 300)
        heard.tell(str(time_ms), "drained", time_ms + 300, 0)
    assert len(heard._intervals) <= 2000
    assert heard.overlap(3_599_600, 3_599_610)


def test_silence_when_closed_and_a_fade_when_it_opens() -> None:
    gate = TimeGate()
    loud = np.full(160, 10_000, np.int16)
    assert gate.pass_on(loud, closed=False) is loud
    assert not gate.pass_on(loud, closed=True).any()
    opened = gate.pass_on(loud, closed=False)
    assert opened[0] == 0
    assert np.all(np.diff(opened[:80]) > 0)
    assert (opened[80:] == 10_000).all()
    assert (loud == 10_000).all(), "what came in is not changed"
    assert gate.pass_on(loud, closed=False) is loud
