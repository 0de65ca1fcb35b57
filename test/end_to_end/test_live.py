"""A live conversation on a virtual sound card, whose microphone hears the agent's own voice."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from support.app_run import RATE_HZ, command, environment, make_app, write_talk
from support.require import REPOSITORY, require
from support.speech import say
from support.virtual_sound import VirtualSound
from support.words import word_error_rate

OFFLINE = {
    "stt": ("pocketsphinx_asr_python", {"segmentation": "vad", "params": {}}),
    "llm": ("offline_llm_python", {"params": {}}),
    "tts": ("system_tts_python", {"params": {}}),
}
PATIENCE_S = 60


def without_models(graph: dict[str, Any]) -> None:
    """The engines that need no download in the places of the others."""
    for node in graph["nodes"]:
        if node["name"] in OFFLINE:
            node["addon"], node["property"] = OFFLINE[node["name"]]


@pytest.fixture
def card(tmp_path: Path) -> Iterator[VirtualSound]:
    require("sound", "flite", "pocketsphinx")
    with VirtualSound(tmp_path / "card") as card:
        card.echo(120, -12)
        yield card


class Conversation:
    """The app in its process, and what it writes down."""

    def __init__(self, app: Path, graph: str, out: Path) -> None:
        self._runs = app / "runs"
        self._out = out
        with out.open("w") as file:
            self.process = subprocess.Popen(
                command("--graph", graph),
                cwd=REPOSITORY,
                env=environment(app),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, role: str, count: int) -> list[dict[str, Any]]:
        """Wait for so many utterances of one side."""
        deadline_s = time.monotonic() + PATIENCE_S
        while len(found := [entry for entry in self.transcript() if entry["role"] == role]) < count:
            assert self.process.poll() is None, self._out.read_text("utf-8")
            assert time.monotonic() < deadline_s, self._out.read_text("utf-8")
            time.sleep(0.1)
        return found

    def wait_until_listening(self) -> None:
        """The microphone is open when the recording begins."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not any(path.stat().st_size > RATE_HZ for path in self._runs.glob("*/conversation.wav")):
            assert self.process.poll() is None, self._out.read_text("utf-8")
            assert time.monotonic() < deadline_s, self._out.read_text("utf-8")
            time.sleep(0.1)

    def transcript(self) -> list[dict[str, Any]]:
        lines = [
            line for path in self._runs.glob("*/transcript.jsonl") for line in path.read_text("utf-8").splitlines()
        ]
        return [json.loads(line) for line in lines]

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


def test_a_conversation_over_loudspeakers_that_the_microphone_hears(card: VirtualSound, tmp_path: Path) -> None:
    talk = Conversation(
        make_app(tmp_path / "app", without_models, graph_name="voice_chat"), "voice_chat", tmp_path / "out"
    )
    talk.wait_until_listening()
    for number, text in enumerate(("what is seven times six", "tell me a joke"), start=1):
        said = write_talk(tmp_path / "said.wav", 0.5, say(text), 0.5)
        card.say(soundfile.read(said, dtype="int16")[0], RATE_HZ).wait()
        talk.wait_for("agent", number)
    assert talk.end() == 130
    transcript = talk.transcript()
    assert [entry["role"] for entry in transcript] == ["user", "agent"] * 2, "nobody but the user opened a turn"
    heard = " ".join(entry["text"] for entry in transcript[::2])
    assert word_error_rate("what is seven times six tell me a joke", heard) <= 0.6, "the recogniser is a rough one"
    assert all(entry["text"] for entry in transcript)
    assert not any(entry["interrupted"] for entry in transcript)
