"""What the app and its sound process say to each other: it arrives as it was, and slow readers lose only sound."""

import os
import threading

import numpy as np
import pytest

from wrappers.audio import CapturedFrame, DeviceOpened, OpenDevice, PlaybackEvent, PlaybackNews, PlayedFrame
from wrappers.audio.outbox import MAX_FRAMES, Outbox
from wrappers.audio.sound_messages import Counts, FramesLost, PushAudio, pack, unpack
from wrappers.child_frames import Frame, encode, read_frame

FRAME = CapturedFrame(np.arange(160, dtype=np.int16), 1234)


@pytest.mark.parametrize(
    "message",
    [
        OpenDevice("output", "Ann's AirPods", 80, start_ms=12.5, wait=True, jitter_ms=200, volume_db=-3.0),
        DeviceOpened("input", "麦克风", 44100, 12.5, wished=False),
        PlaybackNews(PlaybackEvent("progress", "100-1-1", 100, 900, {"epoch": 1, "turn_id": 7}), 5000),
        Counts("input", {"overflows": 1}),
        FramesLost("output", 3),
    ],
)
def test_messages_arrive_as_they_were_sent(message: object) -> None:
    pipe = iter([encode(pack(message))])  # type: ignore[arg-type]
    data = next(pipe)

    def read(size: int) -> bytes:
        nonlocal data
        part, data = data[:size], data[size:]
        return part

    frame = read_frame(read)
    assert frame is not None and unpack(frame) == message


@pytest.mark.parametrize(
    "message", [FRAME, PlayedFrame(FRAME.samples, 5, 75), PushAudio("a", None, {"x": "é"}, 24000, FRAME.samples)]
)
def test_sound_arrives_as_it_was_sent(message: CapturedFrame | PlayedFrame | PushAudio) -> None:
    arrived = unpack(pack(message))
    np.testing.assert_array_equal(arrived.samples, message.samples)
    assert pack(arrived) == pack(message)


@pytest.mark.parametrize("header", [{}, {"kind": "Nonsense"}, {"kind": "Done"}, {"kind": "Done", "number": 1, "x": 2}])
def test_what_is_no_message_is_refused(header: dict) -> None:
    with pytest.raises((KeyError, TypeError)):
        unpack(Frame(header))


class Pipe:
    """An outbox, and what comes out at the other end."""

    def __init__(self) -> None:
        self._reading, writing = os.pipe()
        self.outbox = Outbox(writing)
        self._thread = threading.Thread(target=self.outbox.write_all, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def read(self) -> object:
        frame = read_frame(lambda size: os.read(self._reading, size))
        assert frame is not None
        return unpack(frame)

    def close(self) -> None:
        os.close(self._reading)

    def ended(self) -> bool:
        self._thread.join(20)
        return not self._thread.is_alive()


def test_reports_come_in_order() -> None:
    pipe = Pipe()
    pipe.start()
    for number in range(50):
        pipe.outbox.put(FramesLost("input", number))
    assert [pipe.read() for _ in range(50)] == [FramesLost("input", number) for number in range(50)]


def test_of_too_many_frames_the_later_ones_are_counted_and_nothing_else_is_lost() -> None:
    pipe = Pipe()
    for number in range(MAX_FRAMES + 25):
        pipe.outbox.put(CapturedFrame(FRAME.samples, number))
    pipe.outbox.put(Counts("output", {"underruns": 1}))
    pipe.outbox.put(PlayedFrame(FRAME.samples, 1, 2))  # the other side has room
    pipe.start()
    for number in range(MAX_FRAMES):
        report = pipe.read()
        assert isinstance(report, CapturedFrame) and report.time_ms == number
    assert pipe.read() == Counts("output", {"underruns": 1})
    assert isinstance(pipe.read(), PlayedFrame)
    pipe.outbox.put(CapturedFrame(FRAME.samples, 7))
    assert pipe.read() == FramesLost("input", 25)
    last = pipe.read()
    assert isinstance(last, CapturedFrame) and last.time_ms == 7


def test_writing_ends_when_nobody_reads_any_more() -> None:
    pipe = Pipe()
    pipe.start()
    pipe.close()
    pipe.outbox.put(Counts("input", {}))
    assert pipe.ended()
