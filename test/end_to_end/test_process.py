"""The app as a process: Python's debug mode, and Ctrl-C in the middle."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.app_run import command, environment, make_app, run_app, write_talk
from support.require import REPOSITORY, require
from support.speech import say


@pytest.fixture
def question(tmp_path: Path) -> Path:
    require("pocketsphinx", "flite")
    return write_talk(tmp_path / "talk.wav", 0.5, say("tell me a story"), 1.5)


def test_debug_mode_has_nothing_to_complain_about(question: Path, tmp_path: Path) -> None:
    done = run_app(make_app(tmp_path / "app"), "--fast", "--input", question, PYTHONDEVMODE="1")
    assert done.status == 0, done.err
    assert done.texts("user") == ["tell me a story"]
    assert "never awaited" not in done.err
    assert "ResourceWarning" not in done.err
    assert "was destroyed but it is pending" not in done.err


def wait_for_first_sound(runs: Path) -> None:
    """Until the user's turn is in the transcript, which is when the agent begins to be heard."""
    deadline_s = time.monotonic() + 60
    while not any(path.stat().st_size for path in runs.glob("*/transcript.jsonl")):
        assert time.monotonic() < deadline_s, "the agent is never heard"
        time.sleep(0.05)


def test_ctrl_c_in_an_answer_ends_in_order_and_loses_nothing(question: Path, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app")
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            command("--input", question),
            cwd=REPOSITORY,
            env=environment(app),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    wait_for_first_sound(app / "runs")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    assert "Traceback" not in (tmp_path / "out").read_text("utf-8")
    (run_dir,) = (app / "runs").iterdir()
    transcript = [json.loads(line) for line in (run_dir / "transcript.jsonl").read_text("utf-8").splitlines()]
    assert [(entry["role"], entry["interrupted"]) for entry in transcript] == [("user", False), ("agent", True)]
    assert transcript[0]["text"] == "tell me a story"
    assert (run_dir / "conversation.wav").stat().st_size > 16000
