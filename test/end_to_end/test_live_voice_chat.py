"""The graph voice_chat with small models over a sound card. What is asserted does not depend on how quick all is."""

from pathlib import Path

import numpy as np
import soundfile
from support.app_run import RATE_HZ, write_talk
from support.live_app import LiveApp
from support.require import require
from support.tiny_voice_chat import (
    GRAPH,
    HEADPHONES,
    LONG,
    SAID,
    SHORT,
    STAGES_IN_ORDER,
    Model,
    make_voice_chat,
    sentence,
)
from support.virtual_sound import VirtualSound
from support.words import words_of


def test_three_turns_and_an_interruption(tmp_path: Path) -> None:
    require("sound")
    with Model() as model, VirtualSound(tmp_path / "card") as card:

        def say(name: str) -> None:
            said = write_talk(tmp_path / "said.wav", 0.3, sentence(name, tmp_path)[0], 0.3)
            card.say(soundfile.read(said, dtype="int16")[0], RATE_HZ).wait()

        app = make_voice_chat(tmp_path / "app", model.host, preset="latency")
        cache = str(tmp_path / "cache")
        with LiveApp(app, tmp_path / "out", "--graph", GRAPH, *HEADPHONES, XDG_CACHE_HOME=cache) as talk:
            talk.wait_until_listening()
            with card.tap() as heard:
                say(SAID[0])
                talk.wait_for("agent", 1)
                say(SAID[1])
                talk.wait_for("user", 2)  # the answer has begun to sound
                say(SAID[2])
                talk.wait_for("user", 3)
            assert talk.end() == 130
    transcript = talk.transcript()
    assert [words_of(entry["text"]) for entry in transcript if entry["role"] == "user"] == [
        words_of(sentence(name, tmp_path)[1]) for name in SAID
    ]
    answers = [entry for entry in transcript if entry["role"] == "agent"]
    assert [entry["interrupted"] for entry in answers] == [False, True, True]
    assert answers[0]["text"] == SHORT
    assert LONG.startswith(answers[1]["text"]) and answers[1]["text"] != LONG
    assert model.asked[-1][-2] == ("assistant", f"{answers[1]['text']}… [interrupted by the user]")
    for entry in answers:
        times = [entry["stages_ms"][stage] for stage in STAGES_IN_ORDER]
        assert times == sorted(times)
    assert np.abs(heard[0].astype(float)).max() > 300
