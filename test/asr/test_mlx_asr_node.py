"""The node mlx_asr_python: TEN's messages around Whisper on MLX, in virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.app_dir import use_repository
from support.ear_probe import EarProbe, listen
from support.require import require
from support.speech import labelled_speech
from support.spoken import quiet, recorded
from support.words import words_of

require("mlx", "whisper")
use_repository()

from support.tiny_mlx_whisper import tiny_mlx_whisper  # noqa: E402
from ten_packages.extension.mlx_asr_python.extension import MlxAsrConfig, MlxAsrExtension  # noqa: E402

from ten_extensions.common.messages import Json  # noqa: E402
from wrappers.asr.mlx_decoder import MlxWhisperDecoder  # noqa: E402
from wrappers.audio import Samples  # noqa: E402

ADDON = "mlx_asr_python"


@pytest.fixture(autouse=True)
def quick_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Partials are read, however busy this machine is."""
    monkeypatch.setattr(MlxWhisperDecoder, "time_decode_ms", lambda self, beam_size: 100)


def params(**more: object) -> Json:
    return {"params": {"model": str(tiny_mlx_whisper()), **more}}


def sentence(name: str) -> tuple[Samples, str]:
    file = next(file for file in labelled_speech() if file.path.stem == name)
    return recorded(file.path)[file.start_ms * 16 : file.end_ms * 16], file.text


def test_sentences_in_two_languages_are_heard() -> None:
    said = [sentence("en_weather"), sentence("zh_weather")]

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        for number, (samples, _) in enumerate(said):
            await ear.finalize(f"f{number}", await ear.utterance(samples))
            await ear.hear(quiet(500))

    ear = listen(script, params(interim_interval_ms=2000), addon=ADDON)
    assert [words_of(text) for text in ear.finals()] == [words_of(text) for _, text in said]
    finals = ear.results(final=True)
    assert [final["language"] for final in finals] == ["en-US", "zh-CN"]
    for final in finals:
        info = final["metadata"]["asr_info"]
        assert info["vendor"] == "mlx_audio"
        assert info["model"] == tiny_mlx_whisper().name
    (metrics, *_) = [arrival.properties["metrics"] for arrival in ear.named("metrics")]
    assert metrics["asr_final_ms"] == 100
    assert ear.errors() == []


def test_a_model_that_is_not_there_is_told() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("error")

    ear = listen(script, params(model="./no/folder"), addon=ADDON)
    assert "the model folder no/folder does not exist" in str(ear.errors()[0])


def test_the_start_up_check_finds_a_model_or_says_what_is_missing(tmp_path: Path) -> None:
    def check(**more: object) -> object:
        return MlxAsrExtension.check_here(MlxAsrConfig.model_validate({"params": more}))

    assert check(model=str(tiny_mlx_whisper())) is None
    assert check() is None  # a name: it is downloaded when it is opened
    assert "holds no config.json" in str(check(model=str(tmp_path)))
