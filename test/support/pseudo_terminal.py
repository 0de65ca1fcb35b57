"""A terminal without a screen: somebody types into it, and one can see in which mode it is."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator
from contextlib import contextmanager


class PseudoTerminal:
    """Its two ends."""

    def __init__(self) -> None:
        self.screen, self.keyboard_end = pty.openpty()

    def type(self, text: str) -> None:
        """Somebody presses these keys."""
        os.write(self.screen, text.encode())

    @property
    def is_usual(self) -> bool:
        """Whether it echoes, and collects whole lines."""
        modes = termios.tcgetattr(self.keyboard_end)[3]
        return bool(modes & termios.ICANON) and bool(modes & termios.ECHO)

    def close(self) -> None:
        """Away with it."""
        for end in (self.screen, self.keyboard_end):
            os.close(end)


@contextmanager
def pseudo_terminal() -> Iterator[PseudoTerminal]:
    """A terminal for a while."""
    terminal = PseudoTerminal()
    try:
        yield terminal
    finally:
        terminal.close()
