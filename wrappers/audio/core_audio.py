"""What PortAudio does not say about macOS devices: how they are connected, and that something has changed.

Everywhere else every function here answers 'nothing known'. Names are those of Apple's AudioHardware.h.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Transport: TypeAlias = Literal["", "built-in", "bluetooth", "other"]
""" '' = not known"""

_FRAMEWORKS = "/System/Library/Frameworks"
_SYSTEM_OBJECT = 1
_UTF8 = 0x08000100
_NAME_BYTES = 512


class _Address(ctypes.Structure):
    """AudioObjectPropertyAddress"""

    _fields_ = (("selector", ctypes.c_uint32), ("scope", ctypes.c_uint32), ("element", ctypes.c_uint32))


_LISTENER = ctypes.CFUNCTYPE(
    ctypes.c_int32, ctypes.c_uint32, ctypes.c_uint32, ctypes.POINTER(_Address), ctypes.c_void_p
)
_kept: list[Any] = []
"""Listeners that CoreAudio may call as long as the process lives."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a change of devices would change; two of them are equal as long as nothing has happened."""

    default_input: int
    default_output: int
    devices: tuple[int, ...]
    rates_hz: tuple[float, ...]
    """Nominal rates of the default devices."""


def transports() -> dict[str, Transport]:
    """How each device is connected, by its name; empty where the system does not say."""
    hardware = _hardware()
    return {} if hardware is None else hardware.transports()


def current_setup() -> Setup | None:
    """The devices as they are now, whatever PortAudio believes; None where the system does not say."""
    hardware = _hardware()
    return None if hardware is None else hardware.setup()


def on_change(changed: Callable[[], None]) -> None:
    """Have `changed` called, in a thread of the system's, whenever a default device or the list of devices changes."""
    hardware = _hardware()
    if hardware is not None:
        hardware.listen(changed)


class Hardware:
    """CoreAudio's object properties.

    core_audio, core_foundation: the two frameworks, loaded
    """

    def __init__(self, core_audio: Any, core_foundation: Any) -> None:
        self._audio = core_audio
        self._foundation = core_foundation
        pointer, number = ctypes.c_void_p, ctypes.c_uint32
        address, size = ctypes.POINTER(_Address), ctypes.POINTER(ctypes.c_uint32)
        core_audio.AudioObjectGetPropertyDataSize.argtypes = (number, address, number, pointer, size)
        core_audio.AudioObjectGetPropertyData.argtypes = (number, address, number, pointer, size, pointer)
        core_audio.AudioObjectSetPropertyData.argtypes = (number, address, number, pointer, number, pointer)
        core_audio.AudioObjectAddPropertyListener.argtypes = (number, address, _LISTENER, pointer)
        core_foundation.CFStringGetCString.argtypes = (pointer, ctypes.c_char_p, ctypes.c_long, number)
        core_foundation.CFStringGetCString.restype = ctypes.c_bool
        core_foundation.CFRelease.argtypes = (pointer,)
        core_foundation.CFRelease.restype = None

    def setup(self) -> Setup:
        """The devices as they are now."""
        defaults = [self._number(_SYSTEM_OBJECT, selector) for selector in ("dIn ", "dOut")]
        rates_hz = tuple(self._rate_hz(device) for device in defaults)
        return Setup(defaults[0], defaults[1], tuple(self._devices()), rates_hz)

    def transports(self) -> dict[str, Transport]:
        """How each device is connected, by its name."""
        return {self._name(device): self._transport(device) for device in self._devices()}

    def listen(self, changed: Callable[[], None]) -> None:
        """Have `changed` called after changes."""

        def notice(_object: int, _count: int, _addresses: Any, _data: Any) -> int:
            changed()
            return 0

        listener = _LISTENER(notice)
        _kept.append(listener)
        # Without a run loop named, notifications wait for one that nobody runs; 'none' gives them a thread of theirs.
        no_loop = ctypes.c_void_p()
        size = ctypes.sizeof(no_loop)
        address = _address("rnlp")
        self._audio.AudioObjectSetPropertyData(
            _SYSTEM_OBJECT, ctypes.byref(address), 0, None, size, ctypes.byref(no_loop)
        )
        for selector in ("dIn ", "dOut", "dev#"):
            self._audio.AudioObjectAddPropertyListener(_SYSTEM_OBJECT, ctypes.byref(_address(selector)), listener, None)

    def _devices(self) -> list[int]:
        size = ctypes.c_uint32()
        address = _address("dev#")
        if self._audio.AudioObjectGetPropertyDataSize(
            _SYSTEM_OBJECT, ctypes.byref(address), 0, None, ctypes.byref(size)
        ):
            return []
        devices = (ctypes.c_uint32 * (size.value // 4))()
        if not self._get(_SYSTEM_OBJECT, "dev#", devices):
            return []
        return list(devices)

    def _transport(self, device: int) -> Transport:
        match _four_characters(self._number(device, "tran")):
            case "bltn":
                return "built-in"
            case "blue" | "blea":
                return "bluetooth"
            case "\0\0\0\0":
                return ""
            case _:
                return "other"

    def _name(self, device: int) -> str:
        string = ctypes.c_void_p()
        if not self._get(device, "lnam", string) or not string:
            return ""
        text = ctypes.create_string_buffer(_NAME_BYTES)
        fits = self._foundation.CFStringGetCString(string, text, _NAME_BYTES, _UTF8)
        self._foundation.CFRelease(string)
        return text.value.decode(errors="replace") if fits else ""

    def _rate_hz(self, device: int) -> float:
        rate_hz = ctypes.c_double()
        return rate_hz.value if self._get(device, "nsrt", rate_hz) else 0.0

    def _number(self, item: int, selector: str) -> int:
        number = ctypes.c_uint32()
        return number.value if self._get(item, selector, number) else 0

    def _get(self, item: int, selector: str, value: Any) -> bool:
        """Read a property into a ctypes value; whether that worked."""
        size = ctypes.c_uint32(ctypes.sizeof(value))
        address = _address(selector)
        status = self._audio.AudioObjectGetPropertyData(
            item, ctypes.byref(address), 0, None, ctypes.byref(size), ctypes.byref(value)
        )
        return status == 0


def _hardware() -> Hardware | None:
    if sys.platform != "darwin":
        return None
    try:
        libraries = [ctypes.CDLL(f"{_FRAMEWORKS}/{name}.framework/{name}") for name in ("CoreAudio", "CoreFoundation")]
    except OSError:
        return None
    return Hardware(*libraries)


def _address(selector: str) -> _Address:
    """A property of the whole object (kAudioObjectPropertyScopeGlobal, kAudioObjectPropertyElementMain)."""
    return _Address(_number_of(selector), _number_of("glob"), 0)


def _number_of(four_characters: str) -> int:
    return int.from_bytes(four_characters.encode(), "big")


def _four_characters(number: int) -> str:
    return number.to_bytes(4, "big").decode("latin-1")
