"""The app with keys, in a terminal: it ends as told, and the terminal is as it was."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.app_run import command, environment, make_app, run_app, transcript_of, write_talk
from support.pseudo_terminal import PseudoTerminal, pseudo_terminal
from support.require import REPOSITORY, require
from support.speech import say

PATIENCE_S = 60


def run_in(terminal: PseudoTerminal, app: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the app in the terminal, and wait until it reads keys."""
    process = subprocess.Popen(
        command(*arguments),
        cwd=REPOSITORY,
        env=environment(app),
        stdin=terminal.keyboard_end,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: _take_terminal(terminal.keyboard_end),
    )
    while terminal.is_usual:
        time.sleep(0.01)
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
    return process


def _take_terminal(descriptor: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


@pytest.mark.parametrize(("how", "status"), [("q", 0), (signal.SIGINT, 130), (signal.SIGTERM, 0), ("\x03", 130)])
def test_every_end_leaves_the_terminal_as_it_was(tmp_path: Path, how: str | signal.Signals, status: int) -> None:
    require("flite", "pocketsphinx")
    with pseudo_terminal() as terminal:
        process = run_in(terminal, make_app(tmp_path))
        if isinstance(how, str):
            terminal.type(how)
        else:
            os.kill(process.pid, how)
        out, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == status, out
        assert terminal.is_usual
    assert "Keys: Space interrupts the agent, q ends." in out, "a recording is not muted"


def test_space_stops_the_agent_where_speaking_does_not(tmp_path: Path) -> None:
    require("flite", "pocketsphinx")
    question = write_talk(tmp_path / "talk.wav", 0.5, say("tell me a story"), 1.5)
    app = make_app(tmp_path / "app")
    with pseudo_terminal() as terminal:
        process = run_in(terminal, app, "--input", str(question), "--set", 'main_control.barge_in="off"')
        while not transcript_of(app):  # the user's turn stands in it once the agent begins to be heard
            time.sleep(0.05)
            assert process.poll() is None, process.stdout.read() if process.stdout else ""
        time.sleep(1)
        terminal.type(" ")
        out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out
    user, agent = transcript_of(app)
    assert (user["role"], agent["role"], agent["interrupted"]) == ("user", "agent", True)
    assert 0 < len(agent["text"]) < 200


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        ("voice_chat", "there is no terminal to press Space in; start the app in one"),
        ("offline", "a recording is the user, so there is no microphone to open"),
    ],
)
def test_push_to_talk_is_refused_where_it_cannot_work(tmp_path: Path, graph: str, reason: str) -> None:
    done = run_app(make_app(tmp_path), "--graph", graph, "--push-to-talk")
    assert done.status == 2
    assert done.err == f"--push-to-talk: {reason}\n"
