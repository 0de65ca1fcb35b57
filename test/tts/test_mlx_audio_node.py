"""The node mlx_audio_tts_python, with a model that hums in the place of a real one."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.app_dir import use_repository
from support.probe import Json
from support.require import require
from support.voice_probe import VoiceProbe, talk_to_voice

ADDON = "mlx_audio_tts_python"
RATE_HZ = 24_000
MS_PER_CHARACTER = 50


class Result:
    def __init__(self, audio: Any) -> None:
        self.audio = audio
        self.sample_rate = RATE_HZ


class Humming:
    """Takes what Qwen3-TTS takes; a text with "break" in it ends in an error after some sound."""

    sample_rate = RATE_HZ
    closed_early = 0

    def generate(
        self, text: str, voice: str | None = None, stream: bool = False, streaming_interval: float = 2.0
    ) -> Generator[Result, None, None]:
        if voice not in (None, "Vivian"):
            raise ValueError(f"unknown voice {voice}")
        size = round(streaming_interval * RATE_HZ)
        audio = np.full(len(text) * MS_PER_CHARACTER * RATE_HZ // 1000, 0.25, np.float32)
        done = False
        try:
            for start in range(0, len(audio), size):
                if start and "break" in text:
                    raise RuntimeError("out of memory")
                yield Result(audio[start : start + size])
            done = True
        finally:
            Humming.closed_early += not done


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The folder of the humming model."""
    require("mlx")
    import mlx_audio.tts.utils

    monkeypatch.setattr(mlx_audio.tts.utils, "load_model", lambda folder, **rest: Humming())
    monkeypatch.setattr(Humming, "closed_early", 0)
    (tmp_path / "config.json").write_text("{}", "utf-8")
    return str(tmp_path)


def talk(script: Any, **params: Any) -> VoiceProbe:
    return talk_to_voice(script, {"params": params}, ADDON)


def test_it_speaks_with_times_for_each_piece(model: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("ready")
        await voice.say("a", "Hello there.")
        await voice.say("a", "How are you?", end=True)
        await voice.ended("a")

    voice = talk(script, model=model, voice="Vivian")
    assert voice.story() == ["start a", "audio a", "text a", "audio a", "text a", "end a 1"]
    times = [(a.properties["start_ms"], a.properties["duration_ms"]) for a in voice.named("tts_text_result")]
    assert times == [(0, 600), (600, 600)]
    assert {pcm.rate_hz for pcm in voice.audio()} == {RATE_HZ}
    assert voice.metrics("ttfb")


def test_a_flush_closes_the_model(model: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("ready")
        before = Humming.closed_early
        await voice.say("a", "A very long sentence " * 9, end=True)
        await voice.first_frame()
        await voice.flush("f1")
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")
        assert Humming.closed_early == before + 1

    voice = talk(script, model=model)
    assert voice.story() == ["start a", "audio a", "end a 2", "flush_end f1", "start b", "audio b", "text b", "end b 1"]


def test_a_model_that_breaks_costs_one_request(model: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "It will break here.", end=True)
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    voice = talk(script, model=model)
    assert voice.story() == ["start a", "audio a", "error a", "end a 3", "start b", "audio b", "text b", "end b 1"]
    assert "out of memory" in voice.named("error")[0].properties["message"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"voice": "nobody"}, "unknown voice nobody"),
        ({"settings": {"warmth": 1}}, "does not take warmth"),
        ({"model": "not/a/folder"}, "the model folder not/a/folder does not exist"),
        ({"speed": 9}, "params.speed"),
    ],
)
def test_what_cannot_work_is_told_at_the_start(model: str, params: Json, said: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("error")

    voice = talk(script, **({"model": model} | params))
    (error,) = voice.named("error")
    assert error.properties["code"] == -1000
    assert said in error.properties["message"]
    assert not voice.named("ready")


def test_a_model_that_is_here_can_be_opened_without_fetching_it(model: str) -> None:
    """As the doctor does."""
    use_repository()
    from ten_packages.extension.mlx_audio_tts_python.extension import MlxAudioTtsConfig, MlxAudioTtsExtension

    extension = MlxAudioTtsExtension("doctor")
    extension.config = MlxAudioTtsConfig.model_validate({"params": {"model": model}})
    assert extension.open_engine().sample_rate_hz == RATE_HZ


def test_the_start_up_check_names_a_folder_that_is_not_there() -> None:
    require("mlx")
    use_repository()
    from ten_packages.extension.mlx_audio_tts_python.extension import MlxAudioTtsConfig, MlxAudioTtsExtension

    config = MlxAudioTtsConfig.model_validate({"params": {"model": "no/such/folder"}})
    missing = MlxAudioTtsExtension.check_here(config)
    assert missing is not None
    assert "no/such/folder does not exist" in missing.what
    assert MlxAudioTtsExtension.check_here(MlxAudioTtsConfig.model_validate({"params": {}})) is None


@pytest.mark.parametrize(("cached", "count"), [(None, 1), ("/cache/config.json", 0)])
def test_a_model_of_the_hub_is_a_download_until_it_is_cached(
    cached: str | None, count: int, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    from wrappers.tts.mlx_audio_loading import downloads

    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda repository, file: cached)
    assert len(downloads("")) == count
    assert downloads(model) == ()
