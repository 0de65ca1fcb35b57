"""The node cosyvoice_tts_python, with a real process that hums in the place of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.app_dir import use_repository
from support.cosyvoice import make_params, starts
from support.probe import Json
from support.voice_probe import VoiceProbe, talk_to_voice

ADDON = "cosyvoice_tts_python"


def talk(script: Any, params: Json) -> VoiceProbe:
    return talk_to_voice(script, {"params": params}, ADDON)


def test_it_speaks_with_times_for_each_piece(tmp_path: Path) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("ready")
        await voice.say("a", "Hello there.")
        await voice.say("a", "How are you?", end=True)
        await voice.ended("a")

    voice = talk(script, make_params(tmp_path))
    assert voice.story() == ["start a", "audio a", "text a", "audio a", "text a", "end a 1"]
    times = [(a.properties["start_ms"], a.properties["duration_ms"]) for a in voice.named("tts_text_result")]
    assert times == [(0, 3000), (3000, 3000)]
    assert {pcm.rate_hz for pcm in voice.audio()} == {16_000}
    assert voice.metrics("ttfb")


def test_a_crash_costs_one_request(tmp_path: Path) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("ready")
        await voice.say("a", "die now.", end=True)
        await voice.ended("a")
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    voice = talk(script, make_params(tmp_path))
    # The last chunk before a crash may be lost, and this one was the first.
    told = [line for line in voice.story() if line not in ("start a", "audio a")]
    assert told == ["error a", "end a 3", "start b", "audio b", "text b", "end b 1"]
    message = voice.named("error")[0].properties
    assert message["code"] == 1000
    assert "SIGABRT" in message["message"]
    assert "it is being started again" in message["message"]
    assert starts(tmp_path) == 2


def test_a_flush_stops_the_model_and_keeps_the_process(tmp_path: Path) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("ready")
        await voice.say("a", "long story.", end=True)
        await voice.first_frame()
        await voice.flush("f1")
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    voice = talk(script, make_params(tmp_path))
    assert voice.story() == ["start a", "audio a", "end a 2", "flush_end f1", "start b", "audio b", "text b", "end b 1"]
    assert len(voice.speech("b")) == 3 * 16_000
    assert starts(tmp_path) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"backend": "onnx"}, "params.backend"),
        ({"device": "tpu"}, "params.device"),
        ({"reference_audio": "no.wav"}, "the file no.wav is not there"),
        ({"reference_text": "no weights"}, "the model is incomplete"),
    ],
)
def test_what_cannot_work_is_told_at_the_start(tmp_path: Path, changes: Json, said: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("error")

    voice = talk(script, make_params(tmp_path) | changes)
    (error,) = voice.named("error")
    assert error.properties["code"] == -1000
    assert said in error.properties["message"]
    assert not voice.named("ready")


def test_the_start_up_check_tells_what_is_missing_and_what_mends_it(tmp_path: Path) -> None:
    use_repository()
    from ten_packages.extension.cosyvoice_tts_python.extension import CosyVoiceTtsConfig, CosyVoiceTtsExtension

    params = make_params(tmp_path)
    config = CosyVoiceTtsConfig.model_validate({"params": params})
    assert CosyVoiceTtsExtension.check_here(config) is None
    missing = CosyVoiceTtsExtension.check_here(
        CosyVoiceTtsConfig.model_validate({"params": params | {"backend": "torch"}})
    )
    assert missing is not None
    assert "params.checkout is empty" in missing.what
    assert "clone FunAudioLLM/CosyVoice" in missing.mend
