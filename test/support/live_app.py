"""The app in a process of its own, and what it writes down while it runs."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from support.app_run import RATE_HZ, command, environment
from support.require import REPOSITORY

PATIENCE_S = 60


class LiveApp:
    """A running conversation. Every wait fails with what the app has printed, when the app ends or takes too long."""

    def __init__(self, app: Path, out: Path, *arguments: str, **variables: str) -> None:
        """
        app: the app's folder (see `make_app`)
        out: file for what it prints
        """
        self._runs = app / "runs"
        self._out = out
        with out.open("w") as file:
            self._process = subprocess.Popen(
                command(*arguments),
                cwd=REPOSITORY,
                env=environment(app, **variables),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # where a test has failed before its end
        self._process.wait()

    def wait_until_listening(self) -> None:
        """The microphone is open when the recording begins."""
        self._wait(lambda: any(path.stat().st_size > RATE_HZ for path in self._runs.glob("*/conversation.wav")))

    def wait_for(self, role: str, count: int) -> None:
        """Wait for so many utterances of one side: the user's is there at the first sound of its answer."""
        self._wait(lambda: sum(entry["role"] == role for entry in self.transcript()) >= count)

    def transcript(self) -> list[dict[str, Any]]:
        """The utterances so far."""
        lines = [
            line for path in self._runs.glob("*/transcript.jsonl") for line in path.read_text("utf-8").splitlines()
        ]
        return [json.loads(line) for line in lines]

    def end(self) -> int:
        """Ctrl-C. Returns the exit status."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=30)

    def _wait(self, happened: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not happened():
            assert self._process.poll() is None, self._out.read_text("utf-8")
            assert time.monotonic() < deadline_s, self._out.read_text("utf-8")
            time.sleep(0.1)
