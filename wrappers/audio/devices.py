"""The machine's microphones and loudspeakers. Whatever is missing below them is 'no device', never a crash."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from wrappers.audio import core_audio

Side = Literal["input", "output"]

SIDE_NAMES: dict[Side, str] = {"input": "microphone", "output": "loudspeaker"}
"""As users call them."""


@dataclass(frozen=True, slots=True)
class Device:
    """One entry of PortAudio's list."""

    index: int
    name: str
    inputs: int
    """Channels; 0 for a device that cannot record."""
    outputs: int
    rate_hz: int
    """The device's own rate."""
    is_default_input: bool = False
    is_default_output: bool = False
    transport: core_audio.Transport = ""
    """How it is connected, where the system says so."""

    def channels(self, side: Side) -> int:
        """0 if it has no such side."""
        return self.inputs if side == "input" else self.outputs

    def is_default(self, side: Side) -> bool:
        """Whether the system's settings name it for this side."""
        return self.is_default_input if side == "input" else self.is_default_output


@dataclass(frozen=True, slots=True)
class Devices:
    """The machine's sound devices, or why there are none."""

    devices: tuple[Device, ...]
    reason: str = ""
    """Why there are none; empty if there are some."""
    mend: str = ""
    """What mends that."""


def find_devices() -> Devices:
    """Ask PortAudio anew: what it found before is forgotten, and every stream of this process is closed by that.

    Never raises, and keeps what sound libraries print on the error output to itself.
    """
    with _quiet():
        return find_devices_aloud()


def find_devices_aloud() -> Devices:
    """As `find_devices`, for a process whose error output is nobody's screen."""
    try:
        sounddevice: Any = importlib.import_module("sounddevice")
    except ImportError:
        return Devices((), "the Python package sounddevice is not installed", "make run")
    except OSError:
        return Devices((), "the PortAudio library is missing", _mend_portaudio())
    try:
        sounddevice._terminate()  # its lists and defaults are those of its initialisation
        sounddevice._initialize()
        found, defaults = list(sounddevice.query_devices()), list(sounddevice.default.device)
    except Exception as error:  # PortAudio raises its own kind, and others where no sound server runs
        return Devices((), f"the sound system does not answer ({error})", "start it, or see its settings")
    if not found:
        return Devices((), "PortAudio finds no sound device", "connect one, or start the sound server")
    transports = core_audio.transports()
    return Devices(tuple(_device(index, entry, defaults, transports) for index, entry in enumerate(found)))


def _device(
    index: int, entry: dict[str, Any], defaults: list[int], transports: dict[str, core_audio.Transport]
) -> Device:
    name = str(entry["name"])
    return Device(
        index=index,
        name=name,
        inputs=int(entry["max_input_channels"]),
        outputs=int(entry["max_output_channels"]),
        rate_hz=round(entry["default_samplerate"]),
        is_default_input=index == defaults[0],
        is_default_output=index == defaults[1],
        transport=transports.get(name, ""),
    )


def _mend_portaudio() -> str:
    if sys.platform == "darwin":
        return "pip install --force-reinstall sounddevice"  # the package brings the library
    return "sudo apt-get install libportaudio2"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """ALSA and JACK write straight to file descriptor 2; send that to nowhere for a moment."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
