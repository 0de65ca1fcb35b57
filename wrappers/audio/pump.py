"""Moves sound between one device and us, in a thread of its own, for as long as the device is well."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from typing import Protocol

from wrappers.audio.samples import samples_of_ms

BLOCK_MS = 10
LOOK_S = 0.0025
"""Between two looks at the device: a quarter of a block."""
LONGEST_LOOK_S = 0.02
"""More between two looks is time in which this thread was not allowed to run."""
HANG_S = 2.0
"""No call to a device that is well takes so long."""
SILENT_DEVICE_MS = 500
"""A device that moved nothing for so long is gone, whether or not the system says so."""


class DeviceFailed(Exception):
    """A device cannot be opened, or stopped working; the text is for the user."""


class Stream(Protocol):
    """An open device."""

    rate_hz: int
    block: int
    """Samples that are moved at a time."""
    latency_ms: float
    """Between us and the air, as far as the system knows."""

    def room(self) -> int:
        """Samples that can be read or written now. Raises DeviceFailed."""
        ...

    def close(self) -> None:
        """Give the device back; never raises."""
        ...


class NoDevice:
    """In place of a device that is not there: time passes."""

    latency_ms = 0.0

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.block = samples_of_ms(BLOCK_MS, rate_hz)
        self._began_s = time.monotonic()
        self._moved = 0

    def room(self) -> int:
        """Samples that have become due."""
        return int((time.monotonic() - self._began_s) * self.rate_hz) - self._moved

    def skip(self) -> None:
        """Let one block of time pass."""
        self._moved += self.block

    def close(self) -> None:
        """There is nothing to give back."""


class Pump(threading.Thread):
    """One device's thread: the only one that touches the stream, from its opening to its closing."""

    def __init__(
        self,
        stream: Stream,
        move: Callable[[int], None],
        look: Callable[[], None],
        lost: Callable[[Pump, str], None],
    ) -> None:
        """
        move: moves one block; gets the number of samples there is room for. May raise DeviceFailed
        look: called at each look at the device
        lost: called once, with this pump and the reason, if the device fails; not after `stop`
        """
        super().__init__(name="device", daemon=True)
        self._stream = stream
        self._move = move
        self._look = look
        self._lost = lost
        self._looked_s = time.monotonic()
        self._stopping = threading.Event()
        self._at_rest = threading.Event()

    @property
    def hangs(self) -> bool:
        """Whether the device keeps the thread in a call that should have returned at once."""
        return not self._at_rest.is_set() and time.monotonic() - self._looked_s > HANG_S

    def stop(self) -> bool:
        """Move nothing more. The thread ends when the device is closed, which may take longer.

        returns False if the device hangs, so that its thread may still move a block at any time
        """
        self._stopping.set()
        return self._at_rest.wait(HANG_S)

    def run(self) -> None:
        reason = ""
        try:
            self._pump()
        except DeviceFailed as failure:
            reason = str(failure)
        except Exception as error:  # whatever it is, the side must not stay without sound
            traceback.print_exc()
            reason = f"{type(error).__name__}: {error}"
        self._at_rest.set()
        if reason and not self._stopping.is_set():
            self._lost(self, reason)
        self._stream.close()

    def _pump(self) -> None:
        silent_s = 0.0
        while not self._stopping.is_set():
            since_look_s = time.monotonic() - self._looked_s
            self._looked_s += since_look_s
            room = self._stream.room()
            if room >= self._stream.block:
                self._move(room)
                silent_s = 0.0
            else:
                # A machine that stood still as a whole, with the sound server, says nothing about the device.
                silent_s += min(since_look_s, LONGEST_LOOK_S)
                if silent_s > SILENT_DEVICE_MS / 1000:
                    raise DeviceFailed(f"it has moved no sound for {SILENT_DEVICE_MS} ms")
                time.sleep(LOOK_S)
            self._look()
