"""The agent talks over loudspeakers that its microphone hears, on a virtual card: only a person stops it."""

import time
from pathlib import Path

import pytest
from support.app_run import RATE_HZ
from support.barge_in_bench import GREETING, PERSON, SAYINGS
from support.echo_scene import voice
from support.live_talk import OFFLINE, LiveTalk
from support.require import require
from support.virtual_sound import VirtualSound

from wrappers.audio import Samples
from wrappers.audio.samples import to_int16


@pytest.fixture
def card(tmp_path: Path) -> VirtualSound:
    require("sound", "flite", "pocketsphinx", "aec")
    return VirtualSound(tmp_path / "card")


def quietly(samples: Samples) -> Samples:
    """A person is about as loud as the echo of -12 dB."""
    return to_int16((samples / 32768 * 0.4).astype("float32"))


def test_over_loudspeakers_a_person_stops_the_agent_and_its_own_voice_does_not(
    card: VirtualSound, tmp_path: Path
) -> None:
    settings = {"aec": {"mode": "aec"}, "main_control": {"barge_in": "vad", "greeting": GREETING}}
    with card, LiveTalk(card, tmp_path, "barge_in", settings) as talk:
        card.echo(120, -12)
        talk.wait_event("echo_state", speaking_interrupts=True)
        time.sleep(3)
        assert not talk.events("flush"), "it did not hear itself"
        before_ms = talk.now_ms
        stop = None
        for text in SAYINGS:  # a machine that stalls loses the room, and learns it anew
            talk.person_says(quietly(voice(text, PERSON)))
            if stop := talk.look_for("flush", before_ms, 2):
                break
        assert stop is not None
        assert talk.events("duck", before_ms)[0].time_ms <= stop.time_ms
        talk.wait_event("playback_state", before_ms, state="flushed")
        talk.wait_event("chat_completion", stop.time_ms)  # who has cut in is answered
        talk.wait_event("playback_state", stop.time_ms, state="started")
        assert talk.end() == 130
    greeting = talk.transcript()[0]
    assert greeting["role"] == "agent" and greeting["interrupted"]
    assert GREETING.startswith(greeting["text"]) and len(greeting["text"]) < len(GREETING)


def test_a_device_that_dies_in_mid_sentence_and_comes_back(card: VirtualSound, tmp_path: Path) -> None:
    greeting = "I was counting the waves of the sea, and one day there were a thousand of them, and I went home."
    with card, LiveTalk(card, tmp_path, "voice_chat", {"main_control": {"greeting": greeting}}, OFFLINE) as talk:
        card.echo(120, -12)
        talk.wait_event("playback_state", state="progress")
        card.kill()
        talk.wait_event("device_state", side="output", state="lost")
        lost = talk.wait_event("device_state", side="input", state="lost")
        card.start()
        talk.wait_event("device_state", lost.time_ms, side="input", state="open")
        drained = talk.wait_event("playback_state", state="drained")
        assert drained.time_ms > lost.time_ms
        time.sleep(1)  # the gate opens once the room has fallen silent
        card.say(voice("tell me a joke"), RATE_HZ).wait()
        talk.wait_event("playback_state", drained.time_ms, state="started")
        assert talk.end() == 130
    first, *others = talk.transcript()
    assert (first["text"], first["interrupted"]) == (greeting, False), "all of it was said in the end"
    assert [entry["role"] for entry in others] == ["user", "agent"], "and the conversation goes on"
