"""The one place where the process is ended by force."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable

_exit_process: Callable[[int], object] = os._exit
"""Replaceable: a test or an embedding app may want to see the code instead."""
_restorers: list[Callable[[], object]] = []


def register_restorer(restorer: Callable[[], object]) -> Callable[[], None]:
    """Have something put in order before a forced end: terminal settings, file headers. Returns how to undo this."""
    _restorers.append(restorer)

    def unregister() -> None:
        with contextlib.suppress(ValueError):
            _restorers.remove(restorer)

    return unregister


def exit_now(code: int, last_words: str = "") -> None:
    """Run the restorers, the latest first, and end the process without any further clean-up.

    last_words: what the user reads last, on the standard error

    The logs of apps are flushed by restorers that the apps register before anybody else can.
    """
    for restorer in reversed(_restorers[:]):
        with contextlib.suppress(Exception):
            restorer()
    if last_words:
        with contextlib.suppress(OSError, ValueError):
            print(last_words, file=sys.stderr, flush=True)
    _exit_process(code)
