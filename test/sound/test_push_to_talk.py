"""The whole app in a terminal, with a microphone that is closed until Space opens it."""

import time
from collections.abc import Callable
from pathlib import Path

import soundfile
from support.app_run import RATE_HZ, make_app, transcript_of, write_talk
from support.live_app import PATIENCE_S
from support.pseudo_terminal import pseudo_terminal
from support.require import require
from support.speech import say
from support.terminal_app import run_in_terminal
from support.virtual_sound import VirtualSound
from support.without_models import without_models


def test_only_what_is_said_while_the_microphone_is_open_is_answered(tmp_path: Path) -> None:
    require("sound", "flite", "pocketsphinx")
    app = make_app(tmp_path / "app", without_models, graph_name="voice_chat")
    with VirtualSound(tmp_path / "card") as card, pseudo_terminal() as terminal:

        def hear(text: str) -> None:
            said = write_talk(tmp_path / "said.wav", 0.5, say(text), 1.0)
            card.say(soundfile.read(said, dtype="int16")[0], RATE_HZ).wait()

        process = run_in_terminal(terminal, app, "--graph", "voice_chat", "--push-to-talk")

        def wait_until(happened: Callable[[], bool]) -> None:
            deadline_s = time.monotonic() + PATIENCE_S
            while not happened():
                assert process.poll() is None and time.monotonic() < deadline_s
                time.sleep(0.1)

        wait_until(lambda: any(path.stat().st_size > RATE_HZ for path in app.glob("runs/*/conversation.wav")))
        hear("tell me a joke")
        terminal.type(" ")
        time.sleep(0.5)
        hear("tell me a story")
        wait_until(lambda: len(transcript_of(app)) == 1)
        terminal.type(" ")  # closes it
        time.sleep(1)
        terminal.type(" ")  # opens it, and stops the agent
        wait_until(lambda: len(transcript_of(app)) == 2)
        terminal.type("q")
        out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out
    assert "Keys: Space opens and closes the microphone, m mutes the microphone, q ends." in out
    user, agent = transcript_of(app)
    assert "story" in user["text"] and "joke" not in user["text"]
    assert agent["interrupted"]
