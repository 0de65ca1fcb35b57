"""A loudspeaker's blocks: what the canceller gets of them, and when something counts as heard."""

import numpy as np
import pytest

from wrappers.audio import PlaybackNews, PlaybackOptions, PlayedFrame
from wrappers.audio.playout import News, Playout

RATE_HZ = 48000
BLOCK = 480
LATENCY_MS = 70


class Device:
    """Fetches a block every 10 ms and plays it 70 ms later."""

    def __init__(self, options: PlaybackOptions | None = None) -> None:
        self.told: list[News] = []
        self.playout = Playout(self.told.append, options)
        self.playout.begin_device(RATE_HZ, LATENCY_MS)
        self.now_ms = 1000.0
        self.played: list[np.ndarray] = []

    def run(self, duration_ms: int) -> None:
        for _ in range(duration_ms // 10):
            self.played.append(self.playout.next_block(BLOCK, self.now_ms + LATENCY_MS))
            self.now_ms += 10
            self.playout.tell_heard(self.now_ms)

    def say(self, duration_ms: int, request_id: str = "a", rate_hz: int = RATE_HZ) -> None:
        self.playout.push(request_id, 1, np.full(rate_hz * duration_ms // 1000, 1000, np.int16), {}, rate_hz)
        self.playout.finish(request_id, 1, {})

    @property
    def frames(self) -> list[PlayedFrame]:
        return [news for news in self.told if isinstance(news, PlayedFrame)]

    @property
    def states(self) -> list[tuple[str, int, int]]:
        return [(n.event.state, n.event.played_ms, n.time_ms) for n in self.told if isinstance(n, PlaybackNews)]


def test_a_copy_of_all_that_is_played_flows_every_10_ms() -> None:
    device = Device()
    device.run(200)
    device.say(100)
    device.run(300)
    frames = device.frames
    assert all(len(frame.samples) == 160 for frame in frames)
    assert [frame.time_ms for frame in frames] == [1000 + 10 * index for index in range(len(frames))]
    assert all(frame.heard_ms == frame.time_ms + LATENCY_MS for frame in frames)
    loud = np.concatenate([frame.samples for frame in frames]) > 500
    assert np.flatnonzero(loud)[0] == pytest.approx(200 * 16, abs=2)
    assert np.count_nonzero(loud) == pytest.approx(1600, abs=3)
    assert sum(map(np.count_nonzero, device.played)) == 4800


def test_states_count_what_is_heard_and_come_when_it_is() -> None:
    device = Device()
    device.run(100)
    device.say(250)
    device.run(400)
    assert device.states == [
        ("started", 0, 1100 + LATENCY_MS),
        ("progress", 100, 1200 + LATENCY_MS),
        ("progress", 200, 1300 + LATENCY_MS),
        ("drained", 250, 1350 + LATENCY_MS),
    ]


def test_a_state_is_not_told_before_it_is_heard() -> None:
    device = Device()
    device.say(200)
    device.run(60)
    assert device.states == []
    device.run(20)
    assert [state for state, _, _ in device.states] == ["started"]


@pytest.mark.parametrize("order", ["flush", "pause"])
def test_an_order_is_told_at_once_and_counts_what_cannot_be_called_back(order: str) -> None:
    device = Device()
    device.say(500)
    device.run(250)
    if order == "flush":
        device.playout.flush(2, device.now_ms)
    else:
        device.playout.pause(device.now_ms)
    state = "flushed" if order == "flush" else "paused"
    assert device.states[-1] == (state, 250, 1250)
    assert [name for name, _, _ in device.states[:3]] == ["started", "progress", "progress"]
    device.run(50)
    assert not np.concatenate(device.played)[250 * 48 + 240 :].any()


def test_without_a_device_requests_wait_and_the_copy_flows() -> None:
    device = Device()
    device.say(300)
    device.run(100)
    device.playout.begin_device(RATE_HZ, 0)
    for _ in range(50):
        device.playout.next_silence(BLOCK, device.now_ms)
        device.now_ms += 10
    device.playout.begin_device(RATE_HZ, LATENCY_MS)
    device.run(400)
    assert device.states[-1][:2] == ("drained", 300)
    assert sum(map(np.count_nonzero, device.played)) == 300 * 48
    steps = set(np.diff([frame.time_ms for frame in device.frames]).tolist())
    assert steps <= {9, 10, 11}


def test_another_device_may_have_another_rate() -> None:
    device = Device()
    device.say(400)
    device.run(100)
    device.playout.begin_device(44100, LATENCY_MS)
    for _ in range(60):
        device.played.append(device.playout.next_block(441, device.now_ms + LATENCY_MS))
        device.now_ms += 10
        device.playout.tell_heard(device.now_ms)
    assert device.states[-1][0] == "drained" and device.states[-1][1] == pytest.approx(400, abs=1)
    assert sum(np.count_nonzero(block > 500) for block in device.played[10:]) == pytest.approx(300 * 44.1, abs=10)


def test_after_the_device_ran_dry_sound_is_heard_later() -> None:
    device = Device()
    device.say(400)
    device.run(100)
    device.playout.device_ran_dry()
    device.now_ms += 120
    device.run(400)
    assert device.states[-1] == ("drained", 400, 1000 + 400 + 120 + LATENCY_MS)


def test_volume_and_duck_are_in_the_copy() -> None:
    device = Device(PlaybackOptions(volume_db=-6.02))
    device.say(300)
    device.run(100)
    device.playout.duck(-6.02, 10)
    device.run(100)
    device.playout.resume(10)
    device.run(200)
    levels = [int(np.median(frame.samples)) for frame in device.frames]
    assert levels[5] == pytest.approx(500, abs=2)
    assert levels[15] == pytest.approx(250, abs=2)
    assert levels[25] == pytest.approx(500, abs=2)
    assert device.playout.counts == {"underruns": 0, "dropped_samples": 0}
