"""`--list-devices`: a table, or 'no device' with the mend."""

import io
import os
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from stream_omni.devices import print_devices
from wrappers.audio import Devices, find_devices


def install(monkeypatch: pytest.MonkeyPatch, **content: Any) -> None:
    module = ModuleType("sounddevice")
    vars(module).update(content, _initialize=lambda: None, _terminate=lambda: None)
    monkeypatch.setitem(sys.modules, "sounddevice", module)


def shown(found: Devices) -> str:
    text = io.StringIO()
    print_devices(found, Console(file=text, width=100))
    return text.getvalue()


def entry(name: str, inputs: int, outputs: int) -> dict[str, Any]:
    return {
        "name": name,
        "max_input_channels": inputs,
        "max_output_channels": outputs,
        "default_samplerate": 48000.0,
    }


def test_lists_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry("MacBook Microphone", 1, 0), entry("MacBook Speakers", 0, 2)]
    install(monkeypatch, query_devices=lambda: entries, default=SimpleNamespace(device=[0, 1]))

    text = shown(find_devices())

    assert "MacBook Microphone" in text and "1 channel, default" in text
    assert "MacBook Speakers" in text and "2 channels, default" in text
    assert "48000 Hz" in text


def test_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, query_devices=list, default=SimpleNamespace(device=[-1, -1]))

    text = shown(find_devices())

    assert text.startswith("No device: PortAudio finds no sound device.")
    assert "--input FILE --output FILE.wav" in text


def test_no_sound_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("Error querying device -1")

    install(monkeypatch, query_devices=fail, default=SimpleNamespace(device=[-1, -1]))

    assert shown(find_devices()).startswith("No device: the sound system does not answer (Error querying device -1)")


def test_package_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)

    assert "package sounddevice is not installed" in shown(find_devices())


def test_what_libraries_print_stays_hidden(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def noisy() -> list[dict[str, Any]]:
        os.write(2, b"ALSA lib pcm.c: Unknown PCM\n")
        return []

    install(monkeypatch, query_devices=noisy, default=SimpleNamespace(device=[-1, -1]))
    find_devices()
    os.write(2, b"after\n")

    assert capfd.readouterr().err == "after\n"
