"""The steps that measure engines, with those that need no model."""

from pathlib import Path

import pytest
from support.app_run import write_talk
from support.require import require
from support.speech import say
from support.virtual_sound import VirtualSound, card, sound_card

from stream_omni.doctor import conversation, language_model, recogniser, sound, voice
from stream_omni.doctor.context import open_context
from stream_omni.doctor.findings import Found

__all__ = ["card", "sound_card"]


def grades(found: Found) -> dict[str, str]:
    return {finding.part: finding.grade for finding in found.findings}


def test_a_recogniser_is_timed() -> None:
    require("pocketsphinx")
    found = recogniser.look(open_context(["--graph", "offline"]))
    assert found.figures["asr"] == "pocketsphinx"
    assert float(found.figures["asr_rtf"]) > 0
    assert "pocketsphinx" in found.findings[-1].text


def test_a_responder_is_no_language_model() -> None:
    found = language_model.look(open_context(["--graph", "offline"]))
    assert grades(found) == {"language model": "doubtful"}
    assert "LM Studio" in found.findings[0].mend


def test_a_voice_is_timed() -> None:
    require("flite")
    found = voice.look(open_context(["--graph", "offline", "--set", 'tts.params.backend="flite"']))
    assert found.figures["tts"] == "Flite"
    assert 0 < float(found.figures["tts_rtf"]) < 10
    assert "while the model writes" not in found.findings[0].text


def test_files_have_no_echo() -> None:
    found = sound.look(open_context(["--graph", "offline"]))
    assert grades(found) == {"microphone, loudspeaker": "doubtful"}
    assert found.figures == {}


def test_a_conversation_is_held_and_timed(tmp_path: Path) -> None:
    require("pocketsphinx", "flite")
    recording = write_talk(tmp_path / "talk.wav", 0.5, say("what time is it"), 1.5)
    found = conversation.look("offline", ["--fast"], recording)
    assert float(found.figures["voice_to_voice_ms"]) > 0
    assert found.findings[0].part == conversation.PART
    assert "first sound" in found.findings[0].text


def test_a_conversation_that_cannot_be_held_is_told() -> None:
    (finding,) = conversation.look("nonsense", []).findings
    assert finding.grade == "bad"
    assert 'no graph "nonsense"' in finding.text


@pytest.mark.flaky(reruns=3, reruns_delay=2)
def test_loudspeaker_and_microphone_are_heard(card: VirtualSound) -> None:
    card.echo(120, -12)
    found = sound.look(open_context(["--graph", "voice_chat"]))
    assert grades(found)["loudspeaker"] == "good"
    assert float(found.figures["echo_delay_ms"]) > 100
    assert found.figures["devices"] == "yes"
