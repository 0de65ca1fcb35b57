"""Keeps a device open for each side that wants one, whatever happens to the devices."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from wrappers.audio import core_audio
from wrappers.audio.device_choice import DEFAULT, DeviceNotFound, choose_device
from wrappers.audio.devices import Device, Devices, Side, find_devices_aloud
from wrappers.audio.pump import DeviceFailed, Pump, Stream
from wrappers.audio.sound_messages import DeviceLost, DeviceOpened, Done, OpenFailed
from wrappers.audio.sound_sides import Move, SoundSide, Tell
from wrappers.audio.wake import SleepDetector

TICK_S = 0.25
SETTLE_S = 0.3
"""A headset that is plugged in makes several changes one after the other."""
RETRIES_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Pauses between attempts. Each closes the other side for a moment, too, where that has a device."""
LONGEST_ALONE_S = 1.0
"""The same where no side has a device that would have to be closed."""
HEALTHY_S = 5.0
"""A device that lasted for so long is not one that fails each time it is opened."""
STUCK_S = 15.0
"""Listing or opening devices takes less, or never ends."""

EXIT_STUCK = 70
"""Exit status: the sound system hangs, and only another process can go on."""


@dataclass(eq=False, slots=True)
class _Kept:
    """One side and its device."""

    side: SoundSide
    pump: Pump
    device: Device | None = None
    """None while there is none."""
    opened_s: float = 0.0


class DeviceKeeper:
    """Opens, closes and reopens devices; all of it in the thread that calls `run`.

    PortAudio's list of devices and its defaults are those of its initialisation, which stops every stream. So what
    becomes of a change of devices is always the same: close all, initialise again, open all.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._jobs: queue.Queue[tuple[Callable[..., None], tuple[Any, ...]]] = queue.Queue()
        self._kept: dict[Side, _Kept] = {}
        self._closing: list[Pump] = []
        self._devices: Devices | None = None
        self._setup = self._seen = core_audio.current_setup()
        self._settled_s: float | None = None
        self._attempts = 0
        self._retry_s = 0.0
        self._sleep = SleepDetector(time.time(), time.monotonic())
        self._alive_s = time.monotonic()

    def post(self, function: Callable[..., None], *arguments: Any) -> None:
        """Have something done by the keeper's thread."""
        self._jobs.put((function, arguments))

    def run(self) -> NoReturn:
        """Keep the devices for ever."""
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        core_audio.on_change(lambda: self.post(self._notice_change))
        while True:
            self.step()
            self._alive_s = time.monotonic()

    def step(self) -> None:
        """Do the next thing that was posted, or look after everything if there is none for a while."""
        try:
            function, arguments = self._jobs.get(timeout=TICK_S)
        except queue.Empty:
            self._tick()
        else:
            function(*arguments)

    def keep(self, side: SoundSide) -> None:
        """Open a device for a side and keep one open from now on."""
        order = side.order
        if order.side in self._kept:
            self._drop(order.side)
        kept = _Kept(side, self._start(side, *side.without_device()))
        self._kept[order.side] = kept
        problem = self._open(kept)
        if problem and not self._anyone_has_a_device():
            self._devices = None  # the list may be older than the device
            problem = self._open(kept)
        if problem and order.wait:
            self._tell(DeviceLost(order.side, "", problem))
            self._attempts = 0
            self._retry_later()
        elif problem:
            self._drop(order.side)
            self._tell(OpenFailed(order.side, problem))

    def release(self, side: Side, number: int) -> None:
        """Give the device of a side back."""
        if side in self._kept:
            self._drop(side)
        self._wait_for_closing()
        self._tell(Done(number))

    def _drop(self, side: Side) -> None:
        kept = self._kept.pop(side)
        self._stop(kept.pump)

    def _tick(self) -> None:
        now_s = time.monotonic()
        if any(kept.pump.hangs for kept in self._kept.values()):
            _give_up("a device hangs")
        if self._sleep.has_slept(time.time(), now_s):
            for side, kept in self._kept.items():
                if kept.device is not None:
                    self._tell(DeviceLost(side, kept.device.name, "the machine was asleep", slept=True))
            self._reopen_all()
        setup = core_audio.current_setup()
        if setup != self._seen:  # not every change is told: a device's rate is not
            self._seen = setup
            self._notice_change()
        if self._settled_s is not None and now_s >= self._settled_s:
            self._settled_s = None
            self._follow(setup)
        if now_s >= self._retry_s and any(kept.device is None for kept in self._kept.values()):
            self._retry()

    def _notice_change(self) -> None:
        self._settled_s = time.monotonic() + SETTLE_S

    def _follow(self, setup: core_audio.Setup | None) -> None:
        """Reopen after a change, if it concerns us."""
        old, self._setup = self._setup, setup
        if old is None or setup is None:
            return
        in_use = (old.default_input, old.default_output, old.rates_hz)
        waits = any(kept.device is None or not _is_wished(kept) for kept in self._kept.values())
        if waits or in_use != (setup.default_input, setup.default_output, setup.rates_hz):
            self._reopen_all()

    def _retry(self) -> None:
        is_first = self._attempts == 1
        self._retry_later()
        if is_first and self._anyone_has_a_device():  # perhaps it is there again, and the other side need not stop
            for kept in self._kept.values():
                if kept.device is None:
                    self._open(kept)
        else:
            self._reopen_all()

    def _retry_later(self) -> None:
        pause_s = RETRIES_S[min(self._attempts, len(RETRIES_S) - 1)]
        if not self._anyone_has_a_device():
            pause_s = min(pause_s, LONGEST_ALONE_S)
        self._retry_s = time.monotonic() + pause_s
        self._attempts += 1

    def _reopen_all(self) -> None:
        had = {side: kept.device for side, kept in self._kept.items()}
        for kept in self._kept.values():
            if kept.device is not None:
                self._go_without(kept)
        self._devices = None
        for side in sorted(self._kept, reverse=True):  # output first: which microphone is best depends on it
            problem = self._open(self._kept[side])
            device = had[side]
            if problem and device is not None:
                self._tell(DeviceLost(side, device.name, problem))
                self._retry_later()

    def _open(self, kept: _Kept) -> str:
        """Open the device that a side wants. Returns why that is not possible, or an empty text."""
        self._wait_for_closing()
        if self._devices is None:
            self._devices = find_devices_aloud()
        try:
            device = self._choose(kept, self._devices)
            stream, move = kept.side.open(device)
        except (DeviceNotFound, DeviceFailed) as problem:
            return str(problem)
        self._swap(kept, stream, move)
        kept.device = device
        kept.opened_s = time.monotonic()
        order = kept.side.order
        self._tell(DeviceOpened(order.side, device.name, stream.rate_hz, stream.latency_ms, _is_wished(kept)))
        return ""

    def _choose(self, kept: _Kept, found: Devices) -> Device:
        order = kept.side.order
        output = self._kept.get("output")
        if output is not None and output.device is not None:
            loudspeaker: Device | None = output.device
        else:
            loudspeaker = next((device for device in found.devices if device.is_default_output), None)
        try:
            return choose_device(found, order.side, order.wish, loudspeaker)
        except DeviceNotFound:
            if not kept.opened_s and not order.wait:
                raise  # at the start it is a mistake; later the device is gone, and the conversation goes on
            return choose_device(found, order.side, DEFAULT, loudspeaker)

    def _lose(self, pump: Pump, reason: str) -> None:
        kept = next((kept for kept in self._kept.values() if kept.pump is pump), None)
        if kept is None or kept.device is None:
            return
        self._tell(DeviceLost(kept.side.order.side, kept.device.name, reason))
        if time.monotonic() - kept.opened_s > HEALTHY_S:
            self._attempts = 0
        self._go_without(kept)
        self._retry_later()

    def _go_without(self, kept: _Kept) -> None:
        self._swap(kept, *kept.side.without_device())
        kept.device = None

    def _swap(self, kept: _Kept, stream: Stream, move: Move) -> None:
        self._stop(kept.pump)
        kept.pump = self._start(kept.side, stream, move)

    def _start(self, side: SoundSide, stream: Stream, move: Move) -> Pump:
        side.begin(stream)
        pump = Pump(stream, move, side.look, lambda pump, reason: self.post(self._lose, pump, reason))
        pump.start()
        return pump

    def _stop(self, pump: Pump) -> None:
        if not pump.stop():
            _give_up("a device hangs")
        self._closing.append(pump)

    def _wait_for_closing(self) -> None:
        """PortAudio must not be asked for anything while a stream is being closed."""
        deadline_s = time.monotonic() + STUCK_S / 3
        for pump in self._closing:
            pump.join(max(0.0, deadline_s - time.monotonic()))
            if pump.is_alive():
                _give_up("a device cannot be closed")
        self._closing.clear()

    def _anyone_has_a_device(self) -> bool:
        return any(kept.device is not None for kept in self._kept.values())

    def _watch(self) -> None:
        while time.monotonic() - self._alive_s < STUCK_S:
            time.sleep(1)
        _give_up("the sound system does not answer")


def _is_wished(kept: _Kept) -> bool:
    wish, device = kept.side.order.wish.strip().casefold(), kept.device
    if device is None or wish in ("", DEFAULT):
        return True
    return wish in device.name.casefold() or wish == str(device.index)


def _give_up(reason: str) -> NoReturn:
    print(reason, file=sys.stderr, flush=True)
    os._exit(EXIT_STUCK)
