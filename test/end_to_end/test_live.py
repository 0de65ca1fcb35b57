"""A live conversation on a virtual sound card, whose microphone hears the agent's own voice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from support.app_run import RATE_HZ, make_app, write_talk
from support.live_app import LiveApp
from support.require import require
from support.speech import say
from support.virtual_sound import VirtualSound
from support.without_models import without_models
from support.words import word_error_rate


@pytest.fixture
def card(tmp_path: Path) -> Iterator[VirtualSound]:
    require("sound", "flite", "pocketsphinx")
    with VirtualSound(tmp_path / "card") as card:
        card.echo(120, -12)
        yield card


def test_a_conversation_over_loudspeakers_that_the_microphone_hears(card: VirtualSound, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", without_models, graph_name="voice_chat")
    with LiveApp(app, tmp_path / "out", "--graph", "voice_chat") as talk:
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
