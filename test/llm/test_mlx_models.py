"""Finding a model for mlx-lm: what is wrong with a folder, what a download asks for, and what fits."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.require import require

require("mlx")

import huggingface_hub  # noqa: E402
import mlx.core as mx  # noqa: E402
from support.tiny_llm import CONTEXT_TOKENS, copy_of_tiny_llm, tiny_llm  # noqa: E402

from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.llm.mlx.chat_model import ChatModel  # noqa: E402
from wrappers.llm.mlx.engine import check_chat_model  # noqa: E402
from wrappers.llm.mlx.model_folder import (  # noqa: E402
    DEFAULT_MODEL,
    MODELS,
    open_chat_model,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_tiny_llm(tmp_path / "model")


def cut_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def test_a_whole_folder_is_taken() -> None:
    found = open_chat_model(tiny_llm())
    assert found.context_tokens == CONTEXT_TOKENS
    assert found.weight_bytes == (tiny_llm() / "model.safetensors").stat().st_size
    check_chat_model(str(tiny_llm()))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: shutil.rmtree(folder), "does not exist; give the folder of a language model"),
        (lambda folder: (folder / "config.json").unlink(), "holds no config.json, so it is no model folder"),
        (lambda folder: cut_in_half(folder / "config.json"), "config.json is not readable as JSON"),
        (lambda folder: (folder / "config.json").write_text("{}"), "names no model_type"),
        (lambda folder: (folder / "config.json").write_text("[]"), "names no model_type"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json is missing; download the model again"),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors is missing; download"),
        (lambda folder: cut_in_half(folder / "model.safetensors"), "model.safetensors is only half there"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(folder: Path, damage: Callable[[Path], object], says: str) -> None:
    damage(folder)
    with pytest.raises(EngineMissing, match=says):
        check_chat_model(str(folder))


def test_one_of_several_files_that_is_missing_is_named(folder: Path) -> None:
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(EngineMissing, match=r"model-2\.safetensors is missing"):
        open_chat_model(folder)


def test_a_context_may_stand_below_the_text_model(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["text_config"] = {"max_position_embeddings": config.pop("max_position_embeddings")}
    (folder / "config.json").write_text(json.dumps(config))
    assert open_chat_model(folder).context_tokens == CONTEXT_TOKENS
    config.pop("text_config")
    (folder / "config.json").write_text(json.dumps(config))
    assert open_chat_model(folder).context_tokens == 0


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ('{"do_sample": true, "temperature": 0.6, "top_k": 20, "eos_token_id": 1}', {"temperature": 0.6, "top_k": 20}),
        ('{"do_sample": false, "temperature": 0.6}', {}),
        ("{", {}),
        ("[]", {}),
    ],
)
def test_what_the_makers_recommend_is_read(folder: Path, written: str, usual: dict[str, float]) -> None:
    (folder / "generation_config.json").write_text(written)
    assert open_chat_model(folder).usual_sampling() == usual


def load(folder: Path) -> ChatModel:
    return ChatModel.load(open_chat_model(folder), {}, 0, False)


def test_another_kind_of_model_is_told(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "whisper"}))
    with pytest.raises(EngineMissing, match=r"could not be loaded by mlx-lm \(Model type whisper not supported"):
        load(folder)


def test_weights_of_another_model_are_told(folder: Path) -> None:
    mx.save_safetensors(str(folder / "model.safetensors"), {"other": mx.zeros(3)})
    with pytest.raises(EngineMissing, match=r"could not be loaded by mlx-lm .*choose another model, such as"):
        load(folder)


def test_a_model_without_a_chat_template_is_told(folder: Path) -> None:
    about = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(about | {"chat_template": None}))
    with pytest.raises(EngineMissing, match="has no chat template, so it is no chat model"):
        load(folder)


def test_a_model_that_is_too_large_for_the_gpu_is_told_before_it_is_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mx, "device_info", lambda: {"max_recommended_working_set_size": 100_000})
    with pytest.raises(EngineMissing, match=r"the GPU may take 0\.0 GB here; choose a smaller model"):
        load(folder)


@pytest.mark.parametrize(("asked", "limit"), [(0, CONTEXT_TOKENS), (100, 100), (10**6, CONTEXT_TOKENS)])
def test_the_context_can_be_made_smaller(asked: int, limit: int) -> None:
    assert ChatModel.load(open_chat_model(tiny_llm()), {}, asked, False).context_tokens == limit


def test_a_name_on_the_hub_is_downloaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def snapshot_download(repository: str, local_dir: Path, allow_patterns: list[str]) -> None:
        asked.append(repository)
        copy_of_tiny_llm(local_dir)
        assert all(any(file.match(pattern) for pattern in allow_patterns) for file in local_dir.iterdir())

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    told: list[str] = []
    (ahead,) = MODELS.downloads(DEFAULT_MODEL, tmp_path)
    ahead.fetch(told.append)
    found = MODELS.find(DEFAULT_MODEL, tmp_path, told.append)
    assert MODELS.find(DEFAULT_MODEL, tmp_path, told.append) == found
    assert MODELS.downloads(DEFAULT_MODEL, tmp_path) == MODELS.downloads(str(tiny_llm()), tmp_path) == ()
    assert asked == [DEFAULT_MODEL]
    (line,) = told
    assert line.startswith(f"Downloading {DEFAULT_MODEL} to {tmp_path}")


def test_without_mlx_lm_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing, match=r'mlx-lm is not installed; install it by `make run EXTRAS="mlx"`'):
        check_chat_model(str(tiny_llm()))
