"""The folder of a Spark-TTS model: where its parts are, and whether they are whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wrappers.errors import EngineMissing
from wrappers.safetensors_file import check_all_weights, check_weights, fingerprint

_GET_ONE = "give the folder of a Spark-TTS model, such as a download of mlx-community/Spark-TTS-0.5B-bf16"
_AGAIN = "download the model again"
_LANGUAGE_MODEL_TYPES = ("qwen2", "spark")
_CODEC_TENSORS = ("quantizer.codebook.weight", "prenet.linear.weight", "decoder.model.0.weight_v")
"""Some that only BiCodec has together."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model that is whole, as far as its files tell."""

    path: Path
    language_model: Path
    """Folder of the language model's config.json, weights and tokenizer: `path` itself, or `path`/LLM."""
    codec: Path
    """Folder of BiCodec's config.yaml and model.safetensors."""
    config: Mapping[str, Any]
    """The language model's configuration; `quantization` in it says in how many bits its weights are."""

    def codec_fingerprint(self) -> str:
        """Differs for other weights of the codec. Raises OSError."""
        return fingerprint(self.codec / "model.safetensors")

    def language_model_fingerprint(self) -> str:
        """Differs for other weights of the language model. Raises OSError."""
        return "-".join(fingerprint(file) for file in sorted(self.language_model.glob("*.safetensors")))

    def speech_features(self) -> Path:
        """Folder of wav2vec2, which only the enrolment of a new voice needs; raises EngineMissing without it."""
        folder = self.path / "wav2vec2-large-xlsr-53"
        for name in ("config.json", "preprocessor_config.json"):
            _require_file(folder / name)
        check_weights(folder / "model.safetensors")
        return folder


def open_model_folder(path: Path) -> ModelFolder:
    """Find the parts of the model in `path`. Reads some kilobytes.

    raises EngineMissing, saying what is missing, half downloaded or of another kind, and what mends it
    """
    path = path.expanduser()
    if not path.is_dir():
        raise EngineMissing(f"the model folder {path} does not exist", _GET_ONE)
    language_model = path if (path / "config.json").exists() else path / "LLM"
    if not (language_model / "config.json").exists():
        raise EngineMissing(f"{path} holds no config.json, so it is no model folder", _GET_ONE)
    config = _read_config(language_model / "config.json")
    _check_language_model(language_model)
    return ModelFolder(path, language_model, _check_codec(path / "BiCodec"), config)


def _read_config(file: Path) -> Mapping[str, Any]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise EngineMissing(f"{file} is not readable as JSON ({problem})", _AGAIN) from None
    kind = config.get("model_type", "missing") if isinstance(config, dict) else "missing"
    if kind not in _LANGUAGE_MODEL_TYPES:
        allowed = " or ".join(_LANGUAGE_MODEL_TYPES)
        raise EngineMissing(f"{file}: model_type is {kind}, but Spark-TTS has {allowed}", _GET_ONE)
    return config


def _check_language_model(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        _require_file(folder / name)
    check_all_weights(folder)


def _check_codec(folder: Path) -> Path:
    if not folder.is_dir():
        mend = "take the folder BiCodec from mlx-community/Spark-TTS-0.5B-bf16: it is the same for all bit widths"
        raise EngineMissing(f"{folder} is missing, the part that makes sound of tokens", mend)
    _require_file(folder / "config.yaml")
    weights = folder / "model.safetensors"
    absent = [name for name in _CODEC_TENSORS if name not in check_weights(weights)]
    if absent:
        raise EngineMissing(f"{weights} is not the codec of Spark-TTS (it has no {absent[0]})", _AGAIN)
    return folder


def _require_file(file: Path) -> None:
    if not file.is_file():
        raise EngineMissing(f"{file} is missing", _AGAIN)
