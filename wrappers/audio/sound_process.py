"""The process that owns PortAudio: `python -m wrappers.audio.sound_process`, started by `hub.py`.

A process of its own, because nothing between a device and its buffer may wait for the GIL of the app, which speech
recognition and models hold for 80-300 ms at a time. Measured with a thread that does so (PulseAudio, blocks of 10 ms,
10 s of a tone): a callback or a writing thread in the same process lost 30-41 times 80-300 ms with a buffer of
20-100 ms, and nothing only with 350 ms, which a flush could not call back. Here 60-80 ms do. Besides, a sound system
that hangs, or crashes when a device goes, takes nobody along.

Threads: one reads orders, one writes reports, one per device moves blocks (`pump.py`), and the main thread opens and
closes devices (`device_keeper.py`). None of them computes for long.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from typing import NoReturn

from wrappers.audio.device_keeper import DeviceKeeper
from wrappers.audio.outbox import Outbox
from wrappers.audio.playout import Playout
from wrappers.audio.sound_messages import (
    BeginRequest,
    CloseDevice,
    Done,
    Duck,
    FinishRequest,
    Flush,
    OpenDevice,
    Order,
    Pause,
    PushAudio,
    Resume,
    unpack,
)
from wrappers.audio.sound_sides import InputSide, OutputSide, now_ms
from wrappers.child_frames import read_frame
from wrappers.child_loop import take_pipes

SWITCH_INTERVAL_S = 0.001
"""How long a thread may keep the GIL while another wants it."""
NICENESS = -11
"""What desktops give their sound servers."""


class SoundProcess:
    """Takes orders until the app is gone."""

    def __init__(self, orders: int, reports: int) -> None:
        """orders, reports: descriptors of two pipes"""
        self._orders = orders
        self._outbox = Outbox(reports)
        self._keeper = DeviceKeeper(self._outbox.put)
        self._playout: Playout | None = None

    def run(self) -> NoReturn:
        """Keep the devices; never returns, the process ends with the pipe."""
        threading.Thread(target=self._write, name="reports", daemon=True).start()
        threading.Thread(target=self._read, name="orders", daemon=True).start()
        self._keeper.run()

    def _write(self) -> None:
        self._outbox.write_all()
        os._exit(0)

    def _read(self) -> None:
        while (frame := read_frame(lambda size: os.read(self._orders, size))) is not None:
            self._obey(unpack(frame))
        os._exit(0)  # a device may hang, and nobody is there to hear of it

    def _obey(self, order: Order) -> None:
        match order:
            case OpenDevice(side="input"):
                self._keeper.post(self._keeper.keep, InputSide(order, self._outbox.put))
            case OpenDevice():
                output = OutputSide(order, self._outbox.put)
                self._playout = output.playout
                self._keeper.post(self._keeper.keep, output)
            case CloseDevice(side, number):
                self._keeper.post(self._keeper.release, side, number)
            case _ if self._playout is not None:
                _play(self._playout, order)
        if isinstance(order, Flush | Duck | Pause | Resume):
            self._outbox.put(Done(order.number))


def _play(playout: Playout, order: Order) -> None:
    match order:
        case BeginRequest(request_id, epoch, metadata):
            playout.begin(request_id, epoch, metadata)
        case PushAudio(request_id, epoch, metadata, rate_hz, samples):
            playout.push(request_id, epoch, samples, metadata, rate_hz)
        case FinishRequest(request_id, epoch, metadata):
            playout.finish(request_id, epoch, metadata)
        case Flush(min_epoch):
            playout.flush(min_epoch, now_ms())
        case Duck(gain_db, ramp_ms):
            playout.duck(gain_db, ramp_ms)
        case Pause():
            playout.pause(now_ms())
        case Resume(ramp_ms):
            playout.resume(ramp_ms)


def go_first() -> None:
    """Ask the system to prefer this process to those that compute; most grant it only to some users."""
    if sys.platform == "darwin":
        user_interactive = 0x21
        ctypes.CDLL(None).pthread_set_qos_class_self_np(user_interactive, 0)
        return
    try:
        os.nice(NICENESS)
    except OSError:
        return


def main() -> NoReturn:
    """Run until stdin ends."""
    go_first()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.freeze()
    SoundProcess(*take_pipes()).run()


if __name__ == "__main__":
    main()
