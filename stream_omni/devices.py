"""Microphones and loudspeakers, for `--list-devices`. Whatever is missing below them is 'no device', never a crash."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Device:
    """One entry of PortAudio's list."""

    index: int
    name: str
    inputs: int
    """Channels; 0 for a device that cannot record."""
    outputs: int
    rate_hz: int
    is_default_input: bool
    is_default_output: bool


@dataclass(frozen=True, slots=True)
class Devices:
    """The machine's sound devices, or why there are none."""

    devices: tuple[Device, ...]
    reason: str = ""
    """Why there are none and what mends it; empty if there are some."""


def find_devices() -> Devices:
    """Ask PortAudio. Never raises, and keeps what sound libraries print on the error output to itself."""
    with _quiet():
        try:
            sounddevice = importlib.import_module("sounddevice")
        except ImportError:
            return Devices((), "The Python package sounddevice is not installed; `make run` installs it.")
        except OSError:
            return Devices((), f"The PortAudio library is missing. {_mend_portaudio()}")
        try:
            found, defaults = list(sounddevice.query_devices()), list(sounddevice.default.device)
        except Exception as error:  # PortAudio raises its own kind, and others where no sound server runs
            return Devices((), f"The sound system does not answer ({error}). Start it, or see its settings.")
    if not found:
        return Devices((), "PortAudio finds no sound device. Connect one, or start the sound server.")
    return Devices(tuple(_device(index, entry, defaults) for index, entry in enumerate(found)))


def print_devices(found: Devices, console: Console) -> None:
    """Show the list as a table, or why it is empty and what works all the same."""
    if not found.devices:
        console.print(f"No device. {found.reason}", highlight=False)
        console.print("Without one, a recording can take your place: --input FILE --output FILE.wav", highlight=False)
        return
    table = Table(title="Sound devices", title_justify="left")
    for heading in ("number", "name", "microphone", "loudspeaker", "rate"):
        table.add_column(heading, overflow="fold")
    for device in found.devices:
        ears = _channels(device.inputs, device.is_default_input)
        mouth = _channels(device.outputs, device.is_default_output)
        table.add_row(str(device.index), device.name, ears, mouth, f"{device.rate_hz} Hz")
    console.print(table)


def _channels(count: int, is_default: bool) -> str:
    if not count:
        return ""
    return f"{count} channel{'s' if count > 1 else ''}" + (", default" if is_default else "")


def _device(index: int, entry: dict[str, Any], defaults: list[int]) -> Device:
    return Device(
        index=index,
        name=str(entry["name"]),
        inputs=int(entry["max_input_channels"]),
        outputs=int(entry["max_output_channels"]),
        rate_hz=round(entry["default_samplerate"]),
        is_default_input=index == defaults[0],
        is_default_output=index == defaults[1],
    )


def _mend_portaudio() -> str:
    if sys.platform == "darwin":
        return "Install the package again, it brings the library: pip install --force-reinstall sounddevice"
    return "Install it: sudo apt-get install libportaudio2"


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
