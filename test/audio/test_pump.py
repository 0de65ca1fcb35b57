"""The thread between a device and us: moves blocks, and notices when the device does not."""

import queue
import threading
import time
from collections.abc import Callable

import pytest

import wrappers.audio.pump
from wrappers.audio.pump import DeviceFailed, NoDevice, Pump

PATIENCE_S = 20


class Device:
    """A stream that does as it is told."""

    rate_hz = 48000
    block = 480
    latency_ms = 10.0

    def __init__(self, room: Callable[[], int]) -> None:
        self.room = room
        self.closed = threading.Event()
        self.thread: threading.Thread | None = None

    def close(self) -> None:
        self.thread = threading.current_thread()
        self.closed.set()


def start(device: Device, move: Callable[[int], None] = lambda room: None) -> tuple[Pump, queue.Queue[str]]:
    reasons: queue.Queue[str] = queue.Queue()
    pump = Pump(device, move, lambda: None, lambda pump, reason: reasons.put(reason))
    pump.start()
    return pump, reasons


def test_it_moves_blocks_until_it_is_stopped_and_closes_the_device_itself() -> None:
    rooms: queue.Queue[int] = queue.Queue()
    device = Device(lambda: 960)
    pump, reasons = start(device, rooms.put)
    assert [rooms.get(timeout=PATIENCE_S) for _ in range(5)] == [960] * 5
    assert pump.stop() and pump.stop()
    pump.join(PATIENCE_S)
    assert device.closed.is_set() and device.thread is pump, "another thread's close may crash"
    assert reasons.empty()


@pytest.mark.parametrize("error", [DeviceFailed("unplugged"), ValueError("what is this?")])
def test_a_device_that_fails_is_told_and_closed(error: Exception) -> None:
    def room() -> int:
        raise error

    device = Device(room)
    pump, reasons = start(device)
    assert str(error) in reasons.get(timeout=PATIENCE_S)
    pump.join(PATIENCE_S)
    assert device.closed.is_set() and pump.stop()


def test_a_device_that_moves_nothing_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrappers.audio.pump, "SILENT_DEVICE_MS", 30)
    _, reasons = start(Device(lambda: 479))
    assert reasons.get(timeout=PATIENCE_S) == "it has moved no sound for 30 ms"


def test_a_machine_that_stands_still_says_nothing_about_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrappers.audio.pump, "SILENT_DEVICE_MS", 60)
    looks: queue.Queue[int] = queue.Queue()
    answers = iter([480, 0, 0, 480, 480])

    def room() -> int:
        answer = next(answers, 480)
        if looks.qsize() == 1:
            time.sleep(0.2)  # the machine's stall, of which the device knows nothing either
        looks.put(answer)
        return answer

    pump, reasons = start(Device(room))
    for _ in range(5):
        looks.get(timeout=PATIENCE_S)
    assert reasons.empty()
    assert pump.stop()


def test_a_call_that_does_not_return_can_be_seen_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrappers.audio.pump, "HANG_S", 0.02)
    going_on, stuck = threading.Event(), threading.Event()

    def move(room: int) -> None:
        stuck.set()
        going_on.wait(PATIENCE_S)

    pump, _ = start(Device(lambda: 480), move)
    assert stuck.wait(PATIENCE_S)
    assert not pump.stop()
    assert pump.hangs
    going_on.set()
    pump.join(PATIENCE_S)
    assert not pump.hangs


def test_without_a_device_time_passes() -> None:
    stream = NoDevice(48000)
    while stream.room() < 3 * stream.block:
        time.sleep(0.001)
    before = stream.room()
    stream.skip()
    assert before - stream.block <= stream.room() <= before + 48000
    stream.close()
