"""Runs a command line program that speaks into a file or its output, and can be stopped from any thread."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Sequence

from wrappers.errors import EngineFailed

TIMEOUT_S = 20.0
"""Real time for one sentence, which takes less than a second: beyond it the program hangs."""


class Program:
    """One run at a time; each has a process group of its own, so that Ctrl-C in the terminal is not for it."""

    def __init__(self, name: str) -> None:
        """name: what it is called in errors"""
        self._name = name
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, arguments: Sequence[str]) -> bytes | None:
        """Run the program to its end and return its output; None if `stop` was called meanwhile.

        raises EngineFailed where it cannot be started, fails, or takes longer than TIMEOUT_S
        """
        try:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0,
            )
        except OSError as error:
            raise EngineFailed(f"{self._name} could not be started: {error}") from None
        with self._lock:
            self._process = process
        try:
            output, errors = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.stop()
            process.communicate()
            raise EngineFailed(f"{self._name} did not finish within {TIMEOUT_S:.0f} s and was ended") from None
        with self._lock:
            stopped, self._process = self._process is None, None
        if stopped:
            return None
        if process.returncode != 0:
            raise EngineFailed(f"{self._name} ended with {_how(process.returncode)}{_last_line(errors)}")
        return output

    def stop(self) -> None:
        """End the run that is going on, if any. From any thread."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a zombie's group
                os.killpg(process.pid, signal.SIGKILL)


def _how(returncode: int) -> str:
    return f"signal {signal.Signals(-returncode).name}" if returncode < 0 else f"status {returncode}"


def _last_line(errors: bytes) -> str:
    lines = errors.decode(errors="replace").strip().splitlines()
    return f": {lines[-1][:200]}" if lines else ""
