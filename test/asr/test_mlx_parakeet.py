"""Parakeet on MLX, with a tiny model: it reads what mlx-audio reads with it, in short steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.require import require

require("mlx", "whisper")

import mlx.core as mx  # noqa: E402
from support.tiny_parakeet import tiny_parakeet  # noqa: E402

from wrappers.asr import EngineMisconfigured, WindowOptions  # noqa: E402
from wrappers.asr.mlx_models import model_kind  # noqa: E402
from wrappers.asr.mlx_parakeet import MlxParakeet  # noqa: E402
from wrappers.asr.mlx_recogniser import MlxRecogniser, MlxRecogniserOptions  # noqa: E402
from wrappers.asr.windows import Decoded  # noqa: E402
from wrappers.audio import Samples  # noqa: E402
from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.mlx_worker import MlxUser  # noqa: E402


def noise(seconds: float, seed: int = 3) -> Samples:
    return np.random.default_rng(seed).normal(0, 3000, round(16000 * seconds)).astype(np.int16)


def in_thread(steps: Any) -> list[Any]:
    return MlxUser("test", "final").run(steps, kind="final")


@pytest.fixture(scope="module")
def parakeet() -> MlxParakeet:
    def loading() -> Iterator[MlxParakeet]:
        yield MlxParakeet.load(tiny_parakeet())

    (loaded,) = in_thread(loading)
    assert isinstance(loaded, MlxParakeet)
    return loaded


@pytest.mark.parametrize("seed", range(4))
def test_it_reads_what_mlx_audio_reads(parakeet: MlxParakeet, seed: int) -> None:
    samples = noise(2.0, seed)

    def theirs() -> Iterator[Any]:
        yield parakeet._model.decode_chunk(mx.array(samples.astype(np.float32) / 32768))

    (ours,) = in_thread(lambda: parakeet.read(samples, "en"))
    (expected,) = in_thread(theirs)
    assert isinstance(ours, Decoded)
    assert ours.text == expected.text.strip() != ""
    assert ours.mean_log_probability < 0
    assert ours.tokens >= len(ours.words)
    starts = [word.start_ms for word in ours.words]
    assert starts == sorted(starts)
    assert all(0 < word.confidence <= 1 and word.start_ms < word.end_ms for word in ours.words)


def test_each_step_is_the_encoder_or_a_token(parakeet: MlxParakeet) -> None:
    steps: list[Decoded | None] = []

    def reading() -> Iterator[Decoded | None]:
        for step in parakeet.read(noise(1.0), "en"):
            steps.append(step)
            yield step

    (last,) = in_thread(reading)
    assert steps[-1] is last
    assert isinstance(last, Decoded)
    assert len(steps) > last.tokens + 1
    assert steps[:-1] == [None] * (len(steps) - 1)


@pytest.mark.parametrize("seconds", [0.001, 0.05, 0.3])
def test_short_sound_is_read(parakeet: MlxParakeet, seconds: float) -> None:
    (decoded,) = in_thread(lambda: parakeet.read(noise(seconds), "en"))
    assert decoded.language == "en"


def test_a_recogniser_takes_its_folder_and_tells_which_languages_it_knows() -> None:
    def engine(*languages: str) -> MlxRecogniser:
        windows = WindowOptions(languages=languages, interim_interval_ms=0)
        return MlxRecogniser(MlxRecogniserOptions(str(tiny_parakeet()), windows=windows), clock_s=lambda: 0.0)

    assert model_kind(tiny_parakeet()) == "parakeet"
    english = engine("en")
    english.open()
    english.feed(noise(1.0))
    assert english.finish().info["speech_ms"] > 0
    english.close()
    with pytest.raises(EngineMisconfigured, match="does not know zh; it knows en"):
        engine("en", "zh").open()


def test_another_kind_of_parakeet_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match="is not one that predicts tokens and durations"):
        MlxParakeet(object())
