"""Keys of the terminal, one by one as they are pressed. Without a terminal there are none."""

from __future__ import annotations

import atexit
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

try:
    import termios
except ImportError:  # not a system with terminals of this kind
    termios = None  # type: ignore[assignment]

LOOK_S = 0.5
"""How soon the terminal is ours again after the app was stopped (Ctrl-Z) and continued."""
LONGEST_PRESS = 64
"""Bytes of one look; a pasted text is no key, whatever is in it."""
PASTE_S = 0.05
"""A pasted text has ended when nothing more comes for so long."""
ESCAPE = "\x1b"


def terminal_descriptor() -> int | None:
    """The terminal that the user types into; None where there is none."""
    try:
        descriptor = sys.stdin.fileno()
        return descriptor if termios is not None and os.isatty(descriptor) else None
    except (AttributeError, OSError, ValueError):  # stdin may be closed, or be no file at all
        return None


class TerminalMode:
    """How a terminal was, to put it back in order: echo, and lines that end with Enter."""

    def __init__(self, descriptor: int) -> None:
        """raises OSError for what is no terminal"""
        self._descriptor = descriptor
        self._before = _attributes(descriptor)

    def restore(self) -> None:
        """Put it back, whoever asks, as often as they like. Never raises."""
        with suppress(OSError):
            _set_attributes(self._descriptor, self._before)


class TerminalKeys:
    """Reads keys in a thread of its own. Ctrl-C stays what it is.

    `close` gives the terminal back; so does the end of the process, unless it is ended by force.
    """

    def __init__(self, descriptor: int, pressed: Callable[[str], None]) -> None:
        """
        descriptor: of a terminal
        pressed: gets each key as a character, in the thread; arrows and the like are left out
        raises OSError for what is no terminal
        """
        self._descriptor = descriptor
        self._pressed = pressed
        self._mode = TerminalMode(descriptor)
        self._waker, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._read, name="keys", daemon=True)
        atexit.register(self._mode.restore)
        self._thread.start()

    def close(self) -> None:
        """Read no more keys."""
        if self._wake < 0:
            return
        os.close(self._wake)
        self._wake = -1
        self._thread.join()
        os.close(self._waker)
        self._mode.restore()
        atexit.unregister(self._mode.restore)

    def _read(self) -> None:
        with suppress(OSError):  # the terminal is gone
            while True:
                if self._is_ours():
                    _read_keys_at_once(self._descriptor)
                    watched = [self._waker, self._descriptor]
                else:  # in the background it belongs to somebody else, and reading would stop the whole app
                    watched = [self._waker]
                readable, _, _ = select.select(watched, [], [], LOOK_S)
                if self._waker in readable:
                    return
                if self._descriptor in readable and not self._take():
                    return

    def _take(self) -> bool:
        """Pass on what was typed; False at the end of the input."""
        data = os.read(self._descriptor, LONGEST_PRESS)
        if len(data) == LONGEST_PRESS:
            self._skip_paste()
            return True
        text = data.decode(errors="ignore")
        if not text.startswith(ESCAPE):
            for key in text:
                self._pressed(key)
        return bool(data)

    def _skip_paste(self) -> None:
        while select.select([self._descriptor], [], [], PASTE_S)[0] and os.read(self._descriptor, LONGEST_PRESS):
            pass

    def _is_ours(self) -> bool:
        return os.tcgetpgrp(self._descriptor) == os.getpgrp()


def _read_keys_at_once(descriptor: int) -> None:
    """No echo, and no waiting for Enter; signals and output stay as they are."""
    attributes = _attributes(descriptor)
    local_modes = 3
    if attributes[local_modes] & (termios.ICANON | termios.ECHO):
        attributes[local_modes] &= ~(termios.ICANON | termios.ECHO)
        _set_attributes(descriptor, attributes)


def _attributes(descriptor: int) -> list[Any]:
    try:
        return termios.tcgetattr(descriptor)
    except termios.error as error:
        raise OSError(*error.args) from None


def _set_attributes(descriptor: int, attributes: list[Any]) -> None:
    # From the background this would stop the process, unless it does not listen to the signal.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        termios.tcsetattr(descriptor, termios.TCSANOW, attributes)
    except termios.error as error:
        raise OSError(*error.args) from None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
