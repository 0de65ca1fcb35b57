"""The real `mlx_lm server` with the tiny model, in a process of its own.

with MlxLmServer() as server:
    ...  # ask server.base_url
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Self

from support.tiny_llm import tiny_llm

START_TIMEOUT_S = 120
"""It takes two seconds, but not on a machine that builds something else."""


class MlxLmServer:
    """May be killed and started again, on the same port. `model`: a folder; the tiny one if not given."""

    def __init__(self, model: Path | None = None) -> None:
        self._model = model or tiny_llm()
        self._home = tempfile.TemporaryDirectory()
        (Path(self._home.name) / "hub").mkdir()  # without it the list of models is an empty page
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._home.cleanup()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "mlx_lm", "server", "--model", str(self._model), "--port", str(self._port)]
        self._process = subprocess.Popen(
            command,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": self._home.name},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            assert self._process.poll() is None, "the server ended at once"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)

    def kill(self) -> None:
        """End it, in the middle of whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.base_url.removesuffix("/v1") + "/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
