"""Single keys of a terminal, and that the terminal is the same afterwards."""

import os
import queue
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO

import pytest
from support.pseudo_terminal import PseudoTerminal, pseudo_terminal
from support.require import REPOSITORY

import wrappers.terminal
from wrappers.terminal import TerminalKeys, TerminalMode, terminal_descriptor

PATIENCE_S = 20


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[PseudoTerminal]:
    # A test has no terminal of its own, whose foreground it could be in.
    monkeypatch.setattr(TerminalKeys, "_is_ours", lambda keys: True)
    with pseudo_terminal() as terminal:
        yield terminal


def test_keys_come_one_by_one_and_without_enter(terminal: PseudoTerminal) -> None:
    pressed: queue.Queue[str] = queue.Queue()
    keys = TerminalKeys(terminal.keyboard_end, pressed.put)
    terminal.type(" mé")
    assert [pressed.get(timeout=PATIENCE_S) for _ in range(3)] == [" ", "m", "é"]
    assert not terminal.is_usual
    keys.close()
    assert terminal.is_usual
    keys.close()


def test_arrows_and_pasted_text_are_no_keys(terminal: PseudoTerminal) -> None:
    pressed: queue.Queue[str] = queue.Queue()
    keys = TerminalKeys(terminal.keyboard_end, pressed.put)
    terminal.type(" ")
    assert pressed.get(timeout=PATIENCE_S) == " "
    terminal.type("\x1b[A")
    terminal.type("quite a lot of text that somebody has copied from elsewhere, q and m in it\n")
    time.sleep(0.3)
    terminal.type("m")
    assert pressed.get(timeout=PATIENCE_S) == "m", "nothing of all that, and what comes then"
    keys.close()


def test_a_terminal_that_goes_away_ends_it() -> None:
    with pseudo_terminal() as terminal:
        keys = TerminalKeys(terminal.keyboard_end, lambda key: None)
    keys.close()


def test_in_the_background_the_terminal_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: queue.Queue[bool] = queue.Queue()

    def is_ours(keys: TerminalKeys) -> bool:
        looks.put(True)
        return False

    monkeypatch.setattr(TerminalKeys, "_is_ours", is_ours)
    monkeypatch.setattr(wrappers.terminal, "LOOK_S", 0.01)
    with pseudo_terminal() as terminal:
        keys = TerminalKeys(terminal.keyboard_end, lambda key: pytest.fail("a key of somebody else"))
        terminal.type(" ")
        for _ in range(3):
            looks.get(timeout=PATIENCE_S)
        assert terminal.is_usual
        keys.close()


def test_no_terminal_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO())
    assert terminal_descriptor() is None
    monkeypatch.setattr(sys, "stdin", None)
    assert terminal_descriptor() is None
    reading, writing = os.pipe()
    with os.fdopen(reading) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        assert terminal_descriptor() is None
    os.close(writing)
    with pytest.raises(OSError):
        TerminalMode(writing)


@pytest.mark.parametrize("end", ["return", "raise RuntimeError", "sys.exit(3)"])
def test_the_end_of_the_process_gives_the_terminal_back(end: str) -> None:
    program = f"""
import os, pty, sys
sys.path.insert(0, {str(REPOSITORY)!r})
from wrappers.terminal import TerminalKeys
TerminalKeys._is_ours = lambda keys: True
def main():
    keys = TerminalKeys(0, lambda key: None)
    while os.isatty(0) and __import__("termios").tcgetattr(0)[3] & 2:
        pass
    {end}
main()
"""
    with pseudo_terminal() as terminal:
        subprocess.run([sys.executable, "-c", program], stdin=terminal.keyboard_end, capture_output=True, timeout=60)
        assert terminal.is_usual
