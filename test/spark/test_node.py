"""The node spark_tts_mlx_python, with the small model."""

from __future__ import annotations

import platform
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.app_dir import use_repository
from support.require import require
from support.voice_probe import VoiceProbe, talk_to_voice

require("mlx")
use_repository()

import mlx.core as mx  # noqa: E402
from support.endless_spark import endless_spark  # noqa: E402
from support.spark_engine import ANNA  # noqa: E402
from support.tiny_spark import copy_of, tiny_spark  # noqa: E402
from ten_packages.extension.spark_tts_mlx_python.extension import (  # noqa: E402
    SparkTtsConfig,
    SparkTtsExtension,
)

from wrappers.cache_folder import cache_folder  # noqa: E402
from wrappers.hub import download_folder  # noqa: E402
from wrappers.tts.spark.context import Context  # noqa: E402
from wrappers.tts.spark.defaults import DEFAULT_MODEL  # noqa: E402
from wrappers.tts.spark.engine import SparkEngine  # noqa: E402
from wrappers.tts.spark.voice_file import write_voice  # noqa: E402

Script = Callable[[VoiceProbe], Awaitable[None]]


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., VoiceProbe]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_voice(tmp_path / "voices" / "anna.json", ANNA)

    def run(script: Script, model: Path | None = None, **params: Any) -> VoiceProbe:
        usual = {"model": str(model or tiny_spark()), "voice": "anna", "voices": str(tmp_path / "voices")}
        properties = {"params": usual | params, "cache": {"enabled": False}}
        return talk_to_voice(script, properties, addon="spark_tts_mlx_python")

    return run


def test_texts_are_spoken_one_after_the_other(talk: Callable[..., VoiceProbe]) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("ready")
        await voice.say("a", "Hi. ")
        await voice.say("a", "No.", end=True)
        await voice.ended("a")
        await voice.say("b", "Hi. ", end=True)
        await voice.ended("b")

    voice = talk(script, seed=1)
    assert voice.story() == [
        *("start a", "audio a", "text a", "audio a", "text a", "end a 1"),
        *("start b", "audio b", "text b", "end b 1"),
    ]
    assert {frame.rate_hz for frame in voice.audio()} == {16000}
    first, second, third = (arrival.properties for arrival in voice.named("tts_text_result"))
    assert first["duration_ms"] == third["duration_ms"] == len(voice.speech("b")) / 16
    assert first["duration_ms"] + second["duration_ms"] == len(voice.speech("a")) / 16
    assert np.abs(voice.speech("b")).max() > 300


def test_a_flush_stops_it_in_the_middle(talk: Callable[..., VoiceProbe]) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "word " * 39, end=True, epoch=1)
        await voice.first_frame()
        await voice.flush("f1", min_epoch=2)
        await voice.say("b", "...", end=True, epoch=2)
        await voice.ended("b")

    voice = talk(script, endless_spark(), preset="latency")
    assert voice.story() == ["start a", "audio a", "end a 2", "flush_end f1", "text b", "end b 1"]
    assert len(voice.speech("a")) < 16000 * 5


def test_all_of_it_happens_in_the_thread_of_mlx(
    talk: Callable[..., VoiceProbe], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[str] = set()
    advance, load = Context.advance, SparkEngine.open

    def note_advance(context: Context, ids: mx.array) -> mx.array:
        threads.add(threading.current_thread().name)
        return advance(context, ids)

    def note_load(*arguments: Any, **rest: Any) -> SparkEngine:
        threads.add(threading.current_thread().name)
        return load(*arguments, **rest)

    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hi. ", end=True)
        await voice.ended("a")

    monkeypatch.setattr(Context, "advance", note_advance)
    monkeypatch.setattr(SparkEngine, "open", note_load)
    talk(script)
    assert threads == {"MLX"}


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"voice": "nobody"}, 'there is no voice "nobody"; choose one of anna, female, male'),
        ({"model": "./no/folder"}, "the model folder no/folder does not exist"),
        ({"preset": "fast"}, "params.preset"),
        ({"sampling": {"temprature": 1}}, "temprature"),
        ({"sampling": {"top_p": 0}}, "params.sampling.top_p"),
    ],
)
def test_what_cannot_work_is_told_at_the_start(
    talk: Callable[..., VoiceProbe], params: dict[str, Any], says: str
) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("error")

    voice = talk(script, **params)
    (error,) = voice.named("error")
    assert error.properties["code"] == -1000
    assert says in error.properties["message"]
    assert not voice.named("ready")


def config(**params: Any) -> SparkTtsConfig:
    return SparkTtsConfig.model_validate({"params": params})


def test_the_start_up_check_finds_a_model() -> None:
    assert SparkTtsExtension.check_here(config(model=str(tiny_spark()))) is None
    assert SparkTtsExtension.check_here(config()) is None  # a name: it is downloaded when it is opened


def test_only_a_model_of_the_hub_is_a_download(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (ahead,) = SparkTtsExtension.downloads(config())
    assert "not for commercial use" in ahead.name
    assert ahead.needed and "Spark-TTS" in ahead.name
    assert SparkTtsExtension.downloads(config(model=str(tiny_spark()))) == ()
    copy_of(tiny_spark(), download_folder(cache_folder(), DEFAULT_MODEL))
    assert SparkTtsExtension.downloads(config()) == ()


def test_the_start_up_check_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = SparkTtsExtension.check_here(config(model=str(tmp_path)))
    assert missing is not None and "holds no config.json" in missing.what and "Spark-TTS model" in missing.mend

    monkeypatch.setitem(sys.modules, "mlx.core", None)
    missing = SparkTtsExtension.check_here(config())
    assert missing is not None and missing.what == "mlx is not installed" and 'EXTRAS="mlx"' in missing.mend


def test_the_start_up_check_knows_that_a_mac_with_intel_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlx.core", None)
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    missing = SparkTtsExtension.check_here(config())
    assert missing is not None and "Apple Silicon" in missing.mend
