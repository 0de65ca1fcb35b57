"""What is asked of CoreAudio, with a double in its place. On other systems nothing is known."""

import ctypes
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from wrappers.audio import core_audio
from wrappers.audio.core_audio import Hardware, Setup

OK, UNKNOWN = 0, 2003332927
UTF8 = 0x08000100


class Function:
    """A C function: Python may set its types, and calls it."""

    def __init__(self, call: Callable[..., int]) -> None:
        self._call = call
        self.argtypes: Any = None
        self.restype: Any = None

    def __call__(self, *arguments: Any) -> int:
        return self._call(*arguments)


def four(number: int) -> str:
    return number.to_bytes(4, "big").decode()


class Mac:
    """Two devices, and whoever listens for changes."""

    def __init__(self) -> None:
        self.default_input, self.default_output = 10, 11
        self.names = {10: "MacBook Pro Microphone", 11: "Ann's AirPods"}
        self.transports = {10: b"bltn", 11: b"blue"}
        self.rates_hz = {10: 48000.0, 11: 24000.0}
        self.listeners: list[tuple[str, Any]] = []
        self.run_loop: list[int | None] = []
        self.released = 0
        self.strings = {1000 + device: name for device, name in self.names.items()}
        self.audio = SimpleNamespace(
            AudioObjectGetPropertyDataSize=Function(self.size),
            AudioObjectGetPropertyData=Function(self.get),
            AudioObjectSetPropertyData=Function(self.set),
            AudioObjectAddPropertyListener=Function(self.listen),
        )
        self.foundation = SimpleNamespace(CFStringGetCString=Function(self.text), CFRelease=Function(self.release))

    def hardware(self) -> Hardware:
        return Hardware(self.audio, self.foundation)

    def size(self, item: int, address: Any, _length: int, _qualifier: Any, size: Any) -> int:
        assert (item, four(address._obj.selector)) == (1, "dev#")
        size._obj.value = 4 * len(self.names)
        return OK

    def get(self, item: int, address: Any, _length: int, _qualifier: Any, size: Any, value: Any) -> int:
        assert four(address._obj.scope) == "glob" and address._obj.element == 0
        target = value._obj
        assert size._obj.value == ctypes.sizeof(target)
        match four(address._obj.selector), item:
            case "dIn ", 1:
                target.value = self.default_input
            case "dOut", 1:
                target.value = self.default_output
            case "dev#", 1:
                target[:] = list(self.names)
            case "nsrt", device if device in self.rates_hz:
                target.value = self.rates_hz[device]
            case "tran", device if device in self.transports:
                target.value = int.from_bytes(self.transports[device], "big")
            case "lnam", device if device in self.names:
                target.value = 1000 + device
            case _:
                return UNKNOWN
        return OK

    def set(self, item: int, address: Any, _length: int, _qualifier: Any, size: int, value: Any) -> int:
        assert (item, four(address._obj.selector), size) == (1, "rnlp", ctypes.sizeof(ctypes.c_void_p))
        self.run_loop.append(value._obj.value)
        return OK

    def listen(self, item: int, address: Any, listener: Any, _data: Any) -> int:
        assert item == 1
        self.listeners.append((four(address._obj.selector), listener))
        return OK

    def text(self, string: Any, buffer: Any, length: int, encoding: int) -> bool:
        name = self.strings[string.value].encode()
        assert encoding == UTF8 and len(name) < length
        buffer.value = name
        return True

    def release(self, string: Any) -> int:
        self.released += 1
        return 0


def test_devices_and_how_they_are_connected() -> None:
    mac = Mac()
    assert mac.hardware().transports() == {"MacBook Pro Microphone": "built-in", "Ann's AirPods": "bluetooth"}
    assert mac.released == 2


def test_other_and_unknown_connections() -> None:
    mac = Mac()
    mac.transports = {10: b"usb "}
    assert mac.hardware().transports() == {"MacBook Pro Microphone": "other", "Ann's AirPods": ""}


def test_the_setup_changes_with_defaults_and_rates() -> None:
    mac = Mac()
    before = mac.hardware().setup()
    assert before == Setup(10, 11, (10, 11), (48000.0, 24000.0)) == mac.hardware().setup()
    mac.rates_hz[11] = 16000.0
    assert mac.hardware().setup() != before
    mac.rates_hz[11] = 24000.0
    mac.default_output = 10
    assert mac.hardware().setup() != before


def test_no_device_at_all() -> None:
    mac = Mac()
    mac.default_input = mac.default_output = 0
    mac.names = {}
    assert mac.hardware().setup() == Setup(0, 0, (), (0.0, 0.0)) and mac.hardware().transports() == {}


def test_changes_are_noticed_without_a_run_loop() -> None:
    mac = Mac()
    changes = []
    mac.hardware().listen(lambda: changes.append(1))
    assert mac.run_loop == [None]
    assert [selector for selector, _ in mac.listeners] == ["dIn ", "dOut", "dev#"]
    for _, listener in mac.listeners:
        assert listener(1, 1, None, None) == 0
    assert len(changes) == 3


@pytest.mark.skipif(sys.platform == "darwin", reason="here it is known")
def test_elsewhere_nothing_is_known() -> None:
    assert core_audio.transports() == {} and core_audio.current_setup() is None
    core_audio.on_change(lambda: pytest.fail("nothing changes"))


def test_a_system_without_the_frameworks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(core_audio, "_FRAMEWORKS", "/no/such/folder")
    assert core_audio.transports() == {} and core_audio.current_setup() is None
