"""A sound card for tests: a loudspeaker, a microphone and the air between them. See virtual_sound.sh."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.require import require

SCRIPT = Path(__file__).with_suffix(".sh")
RATE_HZ = 48000
"""Of the card, and of all that is recorded here."""
READY_S = 10


class VirtualSound:
    """One card, in a folder of its own. While it is entered, this process and its children have no other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, str | None] = {}

    def __enter__(self) -> VirtualSound:
        self._kept["VSOUND_DIR"] = os.environ.get("VSOUND_DIR")
        os.environ["VSOUND_DIR"] = str(self._folder)
        for line in self._run("start").splitlines():
            for assignment in shlex.split(line)[1:]:
                name, value = assignment.split("=", 1)
                self._kept.setdefault(name, os.environ.get(name))
                os.environ[name] = value
        return self

    def __exit__(self, *_error: object) -> None:
        self._run("stop")
        for name, value in self._kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    @property
    def server_pid(self) -> int:
        """Process id of the sound server."""
        return int((self._folder / "run" / "pid").read_text())

    def start(self) -> None:
        """Have the server run, if it does not."""
        self._run("start")

    def kill(self) -> None:
        """The server ends, and every device is gone, until `start`."""
        self._run("kill")

    def echo(self, delay_ms: int, level_db: float) -> None:
        """The microphone hears the loudspeaker, so much later and louder (negative: less loud)."""
        self._run("echo", "on", str(delay_ms), str(level_db))

    def no_echo(self) -> None:
        """The microphone hears only people."""
        self._run("echo", "off")

    def say(self, samples: np.ndarray, rate_hz: int) -> subprocess.Popen[bytes]:
        """Somebody in the room makes this sound, int16 [n]. Returns the program that plays it, to wait for."""
        path = self._folder / "said.wav"
        soundfile.write(path, samples, rate_hz, subtype="PCM_16")
        return subprocess.Popen(["paplay", "--device=room", path])

    @contextmanager
    def tap(self) -> Iterator[list[np.ndarray]]:
        """Record what the loudspeaker plays: int16 [n] at RATE_HZ is in the list afterwards."""
        command = ["parecord", "--device=speaker.monitor", "--raw", "--format=s16le", "--channels=1"]
        heard: list[np.ndarray] = []
        with (self._folder / "tap.raw").open("w+b") as file:
            recorder = subprocess.Popen([*command, f"--rate={RATE_HZ}", "--latency-msec=20"], stdout=file)
            self._run("recording")
            try:
                yield heard
            finally:
                recorder.terminate()
                recorder.wait()
            file.seek(0)
            data = file.read()
        heard.append(np.frombuffer(data[: len(data) // 2 * 2], np.int16))

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def sound_card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualSound]:
    """One card per test worker; import it together with `card`."""
    require("sound")
    with VirtualSound(tmp_path_factory.mktemp("card")) as virtual_sound:
        yield virtual_sound


@pytest.fixture
def card(sound_card: VirtualSound) -> VirtualSound:
    """The card, running and without an echo."""
    sound_card.start()
    sound_card.no_echo()
    return sound_card
