"""What becomes of the sides when devices go, come back, or change: with doubles of devices and of the system."""

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wrappers.audio import Device, DeviceLost, DeviceOpened, Devices, OpenDevice, Side
from wrappers.audio import device_keeper as module
from wrappers.audio.core_audio import Setup
from wrappers.audio.device_keeper import DeviceKeeper
from wrappers.audio.pump import DeviceFailed, NoDevice, Stream
from wrappers.audio.sound_messages import Done, OpenFailed

SPEAKERS = Device(0, "Speakers", 0, 2, 48000, False, True, "built-in")
MICROPHONE = Device(1, "Microphone", 1, 0, 48000, True, False, "built-in")
HEADPHONES = Device(2, "Headphones", 0, 2, 44100, False, True, "other")
HEADSET_OUT = Device(3, "AirPods", 0, 2, 48000, False, True, "bluetooth")
HEADSET_IN = Device(4, "AirPods", 1, 0, 16000, True, False, "bluetooth")


AT_FIRST = Setup(1, 2, (1, 2), (48000.0, 48000.0))


class FakeStream:
    """Has always room, until it is unplugged."""

    block = 480
    latency_ms = 20.0

    def __init__(self, device: Device, world: "World") -> None:
        self.rate_hz = device.rate_hz
        self._device = device
        self._world = world

    def room(self) -> int:
        if self._device not in self._world.devices:
            raise DeviceFailed("unplugged")
        return 0 if self._world.looks.acquire(timeout=0.001) else 480

    def close(self) -> None:
        self._world.log.append(f"close {self._device.name}")


class FakeSide:
    """What the keeper sees of a microphone or loudspeaker."""

    def __init__(self, side: Side, world: "World", wish: str = "default", wait: bool = False) -> None:
        self.order = OpenDevice(side, wish, 80, wait=wait)
        self._world = world

    def open(self, device: Device) -> tuple[Stream, Callable[[int], None]]:
        if device.name in self._world.broken or device not in self._world.devices:
            raise DeviceFailed(f"{device.name} cannot be opened")
        self._world.log.append(f"open {device.name}")
        return FakeStream(device, self._world), lambda room: None

    def without_device(self) -> tuple[Stream, Callable[[int], None]]:
        stream = NoDevice(16000)
        return stream, lambda room: stream.skip()

    def begin(self, stream: Stream) -> None:
        return

    def look(self) -> None:
        return


class World:
    """The machine's devices, and a keeper that runs."""

    def __init__(self, *devices: Device) -> None:
        self.devices = list(devices)
        self.broken: set[str] = set()
        self.setup: Setup | None = AT_FIRST
        self.wall_s = 0.0
        self.listed = 0
        self.log: list[str] = []
        self.looks = threading.Semaphore(0)
        self.told: deque[Any] = deque()
        self.keeper = DeviceKeeper(self.told.append)

    def list_devices(self) -> Devices:
        self.listed += 1
        return Devices(tuple(self.devices), "" if self.devices else "Connect one.")

    def keep(self, side: Side, wish: str = "default", wait: bool = False) -> Any:
        self.keeper.keep(FakeSide(side, self, wish, wait))
        return self.next()

    def next(self) -> Any:
        """The next thing that the keeper tells; it goes on until then."""
        while not self.told:
            self.keeper.step()
        return self.told.popleft()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Speakers and a microphone, both built in, both default."""
    for name, value in {"TICK_S": 0.01, "SETTLE_S": 0.02, "RETRIES_S": (0.01, 0.02), "LONGEST_ALONE_S": 0.02}.items():
        monkeypatch.setattr(module, name, value)
    worlds: list[World] = []
    monkeypatch.setattr(module, "find_devices_aloud", lambda: worlds[0].list_devices())
    monkeypatch.setattr(module.core_audio, "current_setup", lambda: worlds[0].setup if worlds else AT_FIRST)
    monkeypatch.setattr(module.time, "time", lambda: module.time.monotonic() + (worlds[0].wall_s if worlds else 0))
    worlds.append(World(SPEAKERS, MICROPHONE))
    yield worlds[0]
    for side in ("input", "output"):
        worlds[0].keeper.release(side, 0)


def test_a_side_gets_its_default_and_gives_it_back(world: World) -> None:
    assert world.keep("output") == DeviceOpened("output", "Speakers", 48000, 20.0)
    assert world.keep("input") == DeviceOpened("input", "Microphone", 48000, 20.0)
    assert world.listed == 1, "asking anew would stop the first one"
    world.keeper.release("output", 7)
    assert world.next() == Done(7)
    assert world.log == ["open Speakers", "open Microphone", "close Speakers"]


def test_an_unknown_device_fails_at_once_and_names_what_there_is(world: World) -> None:
    failed = world.keep("input", "studio")
    assert isinstance(failed, OpenFailed)
    assert failed.text == 'microphone "studio": no microphone has this name; there are 1 "Microphone"'
    assert world.listed == 2, "the list may have been old"
    assert world.keep("input", "micro").name == "Microphone"


def test_a_device_that_goes_is_replaced_by_the_new_default(world: World) -> None:
    world.keep("output")
    world.keep("input")
    world.devices = [HEADPHONES, MICROPHONE]
    assert world.next() == DeviceLost("output", "Speakers", "unplugged")
    assert {world.next() for _ in range(2)} == {
        DeviceOpened("output", "Headphones", 44100, 20.0),
        DeviceOpened("input", "Microphone", 48000, 20.0),
    }


def test_without_any_device_it_waits_for_one(world: World) -> None:
    world.keep("output")
    world.devices = []
    assert world.next() == DeviceLost("output", "Speakers", "unplugged")
    before = world.listed
    while world.listed < before + 3:
        world.keeper.step()
    world.devices = [SPEAKERS]
    assert world.next() == DeviceOpened("output", "Speakers", 48000, 20.0)
    assert not world.told


def test_a_device_that_cannot_be_opened_is_tried_again_if_one_shall_wait(world: World) -> None:
    world.broken = {"Microphone"}
    assert world.keep("input", wait=True) == DeviceLost("input", "", "Microphone cannot be opened")
    world.broken = set()
    assert world.next() == DeviceOpened("input", "Microphone", 48000, 20.0)


def test_a_named_device_that_goes_has_a_stand_in_until_it_is_back(world: World) -> None:
    world.devices.append(HEADPHONES)
    assert world.keep("output", "headphones").name == "Headphones"
    world.devices.remove(HEADPHONES)
    assert world.next() == DeviceLost("output", "Headphones", "unplugged")
    assert world.next() == DeviceOpened("output", "Speakers", 48000, 20.0, wished=False)
    world.devices.append(HEADPHONES)
    world.setup = Setup(1, 2, (1, 2, 3), (48000.0, 48000.0))
    assert world.next() == DeviceOpened("output", "Headphones", 44100, 20.0)


def test_a_change_of_the_default_is_followed_without_a_loss(world: World) -> None:
    world.keep("output")
    world.devices.insert(0, HEADPHONES)
    world.setup = Setup(1, 3, (1, 2, 3), (48000.0, 44100.0))
    assert world.next() == DeviceOpened("output", "Headphones", 44100, 20.0)
    assert world.log == ["open Speakers", "close Speakers", "open Headphones"]


def test_a_change_of_rate_is_followed_though_nobody_tells_it(world: World) -> None:
    world.keep("output")
    world.setup = Setup(1, 2, (1, 2), (48000.0, 44100.0))
    assert world.next() == DeviceOpened("output", "Speakers", 48000, 20.0)


def test_another_device_that_is_only_there_changes_nothing(world: World) -> None:
    world.keep("output")
    world.setup = Setup(1, 2, (1, 2, 3), (48000.0, 48000.0))
    world.setup = Setup(1, 2, (1, 2, 3), (48000.0, 96000.0))  # this one is followed, whether or not the other was seen
    assert world.next() == DeviceOpened("output", "Speakers", 48000, 20.0)
    assert world.log.count("open Speakers") == 2


def test_with_a_bluetooth_headset_the_built_in_microphone_hears(world: World) -> None:
    world.devices = [HEADSET_OUT, HEADSET_IN, Device(1, "Microphone", 1, 0, 48000, transport="built-in")]
    assert world.keep("input").name == "Microphone", "also before the loudspeaker is open"
    assert world.keep("output").name == "AirPods"


def test_after_sleep_everything_is_opened_anew(world: World) -> None:
    world.keep("output")
    world.keep("input")
    world.wall_s = 3600.0
    lost = [world.next() for _ in range(2)]
    assert {(report.side, report.slept) for report in lost} == {("output", True), ("input", True)}
    assert [world.next().side for _ in range(2)] == ["output", "input"]


def test_a_device_that_hangs_ends_the_process(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.os, "_exit", sys.exit)
    world.keep("output")
    monkeypatch.setattr(module.Pump, "hangs", property(lambda pump: True))
    with pytest.raises(SystemExit) as ended:
        world.next()
    assert ended.value.code == module.EXIT_STUCK
