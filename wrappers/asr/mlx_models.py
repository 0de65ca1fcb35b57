"""Gets a speech recognition model for mlx-audio, Whisper or Parakeet: a folder on this machine, or a download."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from wrappers.errors import EngineMissing
from wrappers.hub import ModelSource
from wrappers.safetensors_file import check_all_weights

DEFAULT_MODEL = "mlx-community/whisper-large-v3-turbo-asr-fp16"
"""Understands people in a hundred languages; 1.6 GB; licence MIT, like Whisper itself."""
Kind = Literal["whisper", "parakeet"]
_NEMO = "nemo.collections.asr"
"""Parakeet's config.json names its class there, and often no model_type."""
_WANTED = ["*.json", "*.safetensors", "*.txt"]
_GET_ONE = f"give the folder of a Whisper model for mlx-audio, such as a download of {DEFAULT_MODEL}"
_AGAIN = "download the model again"


def check_folder(path: Path) -> Path:
    """See that a model is whole, as far as its files tell. Reads some kilobytes.

    raises EngineMissing, saying what is missing, half downloaded or of another kind, and what mends it
    """
    path = path.expanduser()
    if not path.is_dir():
        raise EngineMissing(f"the model folder {path} does not exist", _GET_ONE)
    if not (path / "config.json").is_file():
        raise EngineMissing(f"{path} holds no config.json, so it is no model folder", _GET_ONE)
    if model_kind(path) == "whisper" and not (path / "tokenizer.json").is_file():
        raise EngineMissing(f"{path / 'tokenizer.json'} is missing", f"{_AGAIN}, or {_GET_ONE}")
    check_all_weights(path)
    return path


def model_kind(path: Path) -> Kind:
    """What kind of model a folder holds. Raises EngineMissing for another one."""
    file = path / "config.json"
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise EngineMissing(f"{file} is not readable as JSON ({problem})", _AGAIN) from None
    config = config if isinstance(config, dict) else {}
    kind = config.get("model_type", "missing")
    if kind == "whisper":
        return "whisper"
    if str(kind).startswith("parakeet") or (kind == "missing" and str(config.get("target")).startswith(_NEMO)):
        return "parakeet"
    raise EngineMissing(f"{file}: model_type is {kind}, not whisper or parakeet", _GET_ONE)


MODELS = ModelSource("speech recognition", check_folder, _WANTED, DEFAULT_MODEL)
