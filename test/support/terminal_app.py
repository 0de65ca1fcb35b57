"""The app in a terminal, in front of which somebody sits."""

from __future__ import annotations

import fcntl
import subprocess
import termios
import time
from pathlib import Path

from support.app_run import command, environment
from support.pseudo_terminal import PseudoTerminal
from support.require import REPOSITORY


def run_in_terminal(terminal: PseudoTerminal, app: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the app of a folder, and wait until it reads keys. What it prints is in `stdout` of the process."""
    process = subprocess.Popen(
        command(*arguments),
        cwd=REPOSITORY,
        env=environment(app),
        stdin=terminal.keyboard_end,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(terminal.keyboard_end, termios.TIOCSCTTY, 0),
    )
    while terminal.is_usual:
        time.sleep(0.01)
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
    return process
