"""The folder of a model for mlx-lm: where it is, or comes from, and whether it is whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wrappers.errors import EngineMissing
from wrappers.hub import ModelSource
from wrappers.safetensors_file import check_all_weights

DEFAULT_MODEL = "mlx-community/Qwen3-4B-Instruct-2507-4bit"
"""Answers at once instead of thinking, in English and Chinese; 2.3 GB; licence Apache-2.0."""
_WANTED = ["*.json", "*.safetensors", "*.jinja", "*.txt", "*.model", "*.tiktoken"]
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "tiktoken.model")
_GET_ONE = f"give the folder of a language model for MLX, such as a download of {DEFAULT_MODEL}"
_AGAIN = "download the model again"


@dataclass(frozen=True, slots=True)
class ChatModelFolder:
    """A model that is whole, as far as its files tell."""

    path: Path
    config: Mapping[str, Any]
    weight_bytes: int

    @property
    def context_tokens(self) -> int:
        """How many tokens the model was made for; 0 = it does not say."""
        own = self.config if "max_position_embeddings" in self.config else self.config.get("text_config")
        tokens = own.get("max_position_embeddings") if isinstance(own, dict) else None
        return tokens if isinstance(tokens, int) else 0

    def usual_sampling(self) -> dict[str, Any]:
        """What the model's makers recommend: temperature, top_p, top_k, ...; empty where they do not say."""
        try:
            usual = json.loads((self.path / "generation_config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(usual, dict) or usual.get("do_sample") is False:
            return {}
        return {name: usual[name] for name in ("temperature", "top_p", "top_k", "min_p") if name in usual}


def open_chat_model(path: Path) -> ChatModelFolder:
    """See what is in a folder. Reads some kilobytes.

    raises EngineMissing, saying what is missing, half downloaded or of another kind, and what mends it
    """
    path = path.expanduser()
    if not path.is_dir():
        raise EngineMissing(f"the model folder {path} does not exist", _GET_ONE)
    if not (path / "config.json").is_file():
        raise EngineMissing(f"{path} holds no config.json, so it is no model folder", _GET_ONE)
    config = _read_config(path / "config.json")
    if not any((path / name).is_file() for name in _TOKENIZERS):
        raise EngineMissing(f"{path / _TOKENIZERS[0]} is missing", _AGAIN)
    return ChatModelFolder(path, config, check_all_weights(path))


def _read_config(file: Path) -> Mapping[str, Any]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise EngineMissing(f"{file} is not readable as JSON ({problem})", _AGAIN) from None
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise EngineMissing(f"{file} names no model_type, so it is no language model's", _GET_ONE)
    return config


MODELS = ModelSource("the language model", open_chat_model, _WANTED, DEFAULT_MODEL)
