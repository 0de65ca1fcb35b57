"""Whisper on MLX: the same words as faster-whisper with the same weights, in short steps, and told what is wrong."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.require import require
from support.speech import RATE_HZ, labelled_speech
from support.spoken import recorded
from support.tiny_whisper import tiny_whisper

require("mlx", "whisper")

import huggingface_hub  # noqa: E402
import mlx.core as mx  # noqa: E402
from support.tiny_mlx_whisper import LAYERS, random_mlx_whisper, tiny_mlx_whisper  # noqa: E402

from wrappers.asr.faster_whisper_decoder import FasterWhisperDecoder  # noqa: E402
from wrappers.asr.mlx_decoder import MlxWhisperDecoder  # noqa: E402
from wrappers.asr.mlx_models import DEFAULT_MODEL, MODELS, check_folder  # noqa: E402
from wrappers.asr.mlx_recogniser import MlxRecogniser, MlxRecogniserOptions  # noqa: E402
from wrappers.asr.mlx_whisper import MlxWhisper, Reading  # noqa: E402
from wrappers.asr.window_recogniser import WindowOptions  # noqa: E402
from wrappers.audio import Samples  # noqa: E402
from wrappers.errors import EngineFailed, EngineMissing  # noqa: E402
from wrappers.mlx_worker import MlxUser, MlxWorker  # noqa: E402

BOTH = ("en", "zh")


def sentence(name: str) -> Samples:
    return recorded(next(file.path for file in labelled_speech() if file.path.stem == name))


def load(folder: Path, user: MlxUser) -> MlxWhisper:
    def loading() -> Iterator[MlxWhisper]:
        yield MlxWhisper.load(folder)

    (whisper,) = user.run(loading, kind="call")
    return whisper


@pytest.fixture(scope="module")
def user() -> MlxUser:
    return MlxUser("test", "final")


@pytest.fixture(scope="module")
def taught(user: MlxUser) -> MlxWhisper:
    return load(tiny_mlx_whisper(), user)


@pytest.fixture(scope="module")
def decoder(taught: MlxWhisper, user: MlxUser) -> MlxWhisperDecoder:
    return MlxWhisperDecoder(taught, "tiny", user, "final")


@pytest.fixture(scope="module")
def other() -> FasterWhisperDecoder:
    return FasterWhisperDecoder(tiny_whisper(), "tiny")


@pytest.mark.parametrize("name", ["en_weather", "zh_light", "silence"])
def test_it_reads_what_faster_whisper_reads_with_the_same_weights(
    decoder: MlxWhisperDecoder, other: FasterWhisperDecoder, name: str
) -> None:
    ours, theirs = decoder.decode(sentence(name), BOTH, 1), other.decode(sentence(name), BOTH, 1)
    assert (ours.text, ours.language, ours.tokens) == (theirs.text, theirs.language, theirs.tokens)
    assert [word.text for word in ours.words] == [word.text for word in theirs.words]
    assert ours.mean_log_probability == pytest.approx(theirs.mean_log_probability, abs=0.02)
    assert ours.no_speech_probability == pytest.approx(theirs.no_speech_probability, abs=0.02)
    starts = [word.start_ms for word in ours.words]
    assert starts == sorted(starts)
    assert all(0 <= word.start_ms <= word.end_ms <= len(sentence(name)) / 16 for word in ours.words)
    assert all(0 <= word.confidence <= 1 for word in ours.words)


def test_each_step_is_a_layer_or_a_token(taught: MlxWhisper, user: MlxUser) -> None:
    steps: list[Reading | None] = []

    def reading() -> Iterator[Reading]:
        for step in taught.read(sentence("zh_stop"), BOTH, "", 50, False):
            steps.append(step)
            if step is not None:
                yield step

    (last,) = user.run(reading, kind="final")
    before, language, end = LAYERS + 1, 1, 1
    assert steps == [None] * (before + language + len(last.tokens) + end) + [last]
    assert last.language == "zh"


def test_a_model_that_knows_nothing_ends_and_does_not_repeat_itself(user: MlxUser) -> None:
    ignorant = MlxWhisperDecoder(load(random_mlx_whisper(), user), "random", user, "final")
    noise = np.random.default_rng(5).normal(0, 1500, RATE_HZ).astype(np.int16)
    reading = ignorant._read(noise, BOTH, "the quick brown fox", 25, True)
    assert 0 < len(reading.tokens) <= 25
    assert reading.log_probability < -10
    phrases = [reading.tokens[place : place + 4] for place in range(len(reading.tokens) - 3)]
    assert len(set(phrases)) == len(phrases)
    assert len(ignorant._words(reading, 1000)) >= 1


def recogniser(worker: MlxWorker | None = None, **windows: Any) -> MlxRecogniser:
    options = MlxRecogniserOptions(str(tiny_mlx_whisper()), windows=WindowOptions(**windows))
    return MlxRecogniser(options, clock_s=lambda: 0.0, worker=worker)


@pytest.fixture
def quick_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Partials are read, however busy this machine is."""
    monkeypatch.setattr(MlxWhisperDecoder, "time_decode_ms", lambda self, beam_size: 100)


def test_a_recogniser_reads_the_final_in_the_pause(quick_machine: None) -> None:
    engine = recogniser(languages=BOTH, interim_interval_ms=0)
    engine.open()
    engine.feed(sentence("en_weather"))
    partial = engine.pause()
    assert partial is not None and partial.text == "What is the weather in Paris"
    final = engine.finish()
    assert (final.text, final.language) == (partial.text, "en-US")
    assert engine.facts["partials"] == engine.model == tiny_mlx_whisper().name
    engine.close()


def test_closing_ends_a_reading_after_its_present_step(quick_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = recogniser(languages=("en",), interim_interval_ms=0)
    engine.open()
    chosen, begun, go = 0, threading.Event(), threading.Event()
    choose = MlxWhisper._choose

    def hold(whisper: MlxWhisper, *arguments: Any) -> tuple[int, float]:
        nonlocal chosen
        chosen += 1
        begun.set()
        go.wait()
        return choose(whisper, *arguments)

    def close() -> None:
        begun.wait()
        engine.close()
        go.set()

    monkeypatch.setattr(MlxWhisper, "_choose", hold)
    threading.Thread(target=close).start()
    engine.feed(sentence("en_weather"))
    with pytest.raises(EngineFailed, match="is closed"):
        engine.finish()
    assert chosen == 1


def test_a_reading_that_hangs_is_told_and_the_model_is_loaded_anew(
    quick_machine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    never, worker = threading.Event(), MlxWorker(hung_s=60.0, stopped_hung_s=1.0)

    def hang(whisper: MlxWhisper, samples: Samples) -> Iterator[None]:
        never.wait()
        yield

    engine = recogniser(worker, languages=("en",), interim_interval_ms=0)
    engine.open()
    with monkeypatch.context() as broken:
        broken.setattr(worker, "_hung_s", 0.2)
        broken.setattr(MlxWhisper, "_hear", hang)
        engine.feed(sentence("zh_stop"))
        with pytest.raises(EngineFailed, match="speech recognition hangs, and was left behind"):
            engine.finish()
    never.set()
    engine.open()
    engine.feed(sentence("en_weather"))
    assert engine.finish().text == "What is the weather in Paris"


def copy_of_model(folder: Path, **config: Any) -> Path:
    shutil.copytree(tiny_mlx_whisper(), folder)
    about = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(about | config), "utf-8")
    return folder


def cut_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: shutil.rmtree(folder), "does not exist; give the folder of a Whisper model"),
        (lambda folder: (folder / "config.json").unlink(), "holds no config.json, so it is no model folder"),
        (lambda folder: cut_in_half(folder / "config.json"), "config.json is not readable as JSON"),
        (lambda folder: (folder / "config.json").write_text("{}"), "model_type is missing, not whisper or parakeet"),
        (lambda folder: (folder / "config.json").write_text('{"model_type": "qwen2"}'), "model_type is qwen2"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json is missing; download the model again"),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors is missing; download"),
        (lambda folder: cut_in_half(folder / "model.safetensors"), "model.safetensors is only half there"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(tmp_path: Path, damage: Callable[[Path], object], says: str) -> None:
    folder = copy_of_model(tmp_path / "model")
    damage(folder)
    with pytest.raises(EngineMissing, match=says):
        MODELS.check(str(folder))


def test_weights_of_another_shape_are_told(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match=r"does not hold Whisper for mlx-audio .*; choose another model"):
        MlxWhisper.load(copy_of_model(tmp_path / "model", d_model=32))


def test_another_tokenizer_is_told(tmp_path: Path) -> None:
    from support.tiny_llm import tiny_llm

    folder = copy_of_model(tmp_path / "model")
    shutil.copyfile(tiny_llm() / "tokenizer.json", folder / "tokenizer.json")
    with pytest.raises(EngineMissing, match="the tokenizer is not Whisper's"):
        MlxWhisper.load(folder)


def test_a_name_on_the_hub_is_downloaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def snapshot_download(repository: str, local_dir: Path, allow_patterns: list[str]) -> None:
        asked.append(repository)
        copy_of_model(local_dir)
        assert all(any(file.match(pattern) for pattern in allow_patterns) for file in local_dir.iterdir())

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    told: list[str] = []
    (ahead,) = MODELS.downloads(DEFAULT_MODEL, tmp_path)
    ahead.fetch(told.append)
    found = MODELS.find(DEFAULT_MODEL, tmp_path, told.append)
    assert check_folder(found) == found
    assert MODELS.downloads(DEFAULT_MODEL, tmp_path) == MODELS.downloads(str(tiny_mlx_whisper()), tmp_path) == ()
    assert asked == [DEFAULT_MODEL]
    (line,) = told
    assert line.startswith(f"Downloading {DEFAULT_MODEL} to {found}")


def test_half_precision_is_for_the_gpu(taught: MlxWhisper) -> None:
    on_cpu = mx.default_device() == mx.cpu
    assert taught._model.dtype == (mx.float32 if on_cpu else mx.float16)
