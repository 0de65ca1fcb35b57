"""Gets a speech recognition model for mlx-audio: a folder on this machine, or a download."""

from __future__ import annotations

import json
from pathlib import Path

from wrappers.errors import EngineMissing
from wrappers.hub import ModelSource
from wrappers.safetensors_file import check_all_weights

DEFAULT_MODEL = "mlx-community/whisper-large-v3-turbo-asr-fp16"
"""Understands people in a hundred languages; 1.6 GB; licence MIT, like Whisper itself."""
KINDS = ("whisper",)
"""Values of model_type in config.json."""
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
    kind = _kind(path / "config.json")
    if kind not in KINDS:
        raise EngineMissing(f"{path / 'config.json'}: model_type is {kind}, not {' or '.join(KINDS)}", _GET_ONE)
    if not (path / "tokenizer.json").is_file():
        raise EngineMissing(f"{path / 'tokenizer.json'} is missing", f"{_AGAIN}, or {_GET_ONE}")
    check_all_weights(path)
    return path


def _kind(file: Path) -> str:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise EngineMissing(f"{file} is not readable as JSON ({problem})", _AGAIN) from None
    kind = config.get("model_type", "missing") if isinstance(config, dict) else "missing"
    return str(kind)


MODELS = ModelSource("Whisper", check_folder, _WANTED, DEFAULT_MODEL)
