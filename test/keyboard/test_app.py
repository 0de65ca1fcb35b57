"""The app with keys, in a terminal: it ends as told, and the terminal is as it was."""

import os
import signal
import time
from pathlib import Path

import pytest
from support.app_run import make_app, run_app, transcript_of, write_talk
from support.pseudo_terminal import pseudo_terminal
from support.require import require
from support.speech import say
from support.terminal_app import run_in_terminal

PATIENCE_S = 60


@pytest.mark.parametrize(("how", "status"), [("q", 0), (signal.SIGINT, 130), (signal.SIGTERM, 0), ("\x03", 130)])
def test_every_end_leaves_the_terminal_as_it_was(tmp_path: Path, how: str | signal.Signals, status: int) -> None:
    require("flite", "pocketsphinx")
    with pseudo_terminal() as terminal:
        process = run_in_terminal(terminal, make_app(tmp_path))
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
        process = run_in_terminal(terminal, app, "--input", str(question), "--set", 'main_control.barge_in="off"')
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
