"""Gets the model: a folder on this machine, or a download."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from wrappers.downloads import Download
from wrappers.errors import EngineMissing
from wrappers.tts.spark.defaults import DEFAULT_MODEL
from wrappers.tts.spark.mlx_library import require_mlx
from wrappers.tts.spark.model_folder import ModelFolder, open_model_folder

LICENCE = "The weights of Spark-TTS are licensed under CC BY-NC-SA 4.0: not for commercial use."
_CODEC_REPOSITORY = DEFAULT_MODEL
"""Has all parts. Quantised ones may lack the codec, which is the same for all."""
_WANTED = ["*.json", "*.yaml", "*.safetensors"]
_CODEC_PARTS = ["BiCodec/*", "wav2vec2-large-xlsr-53/*.json", "wav2vec2-large-xlsr-53/*.safetensors"]
_REPOSITORY = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


def check_model(model: str) -> None:
    """Raises EngineMissing where a model cannot run here. Quick: neither loads nor downloads it."""
    require_mlx()
    if local := _local_folder(model):
        open_model_folder(local)


def downloads(model: str, cache: Path) -> tuple[Download, ...]:
    """What `find_model` would fetch."""
    if _local_folder(model):
        return ()
    try:
        open_model_folder(_download_folder(model, cache))
    except EngineMissing:
        return (Download(f"Spark-TTS ({model})", lambda tell: find_model(model, cache, tell)),)
    return ()


def find_model(model: str, cache: Path, tell: Callable[[str], None]) -> ModelFolder:
    """Open a model, after downloading it where it is not here yet. A broken download is taken up again.

    model: a folder, or the name of a repository on the Hugging Face hub
    cache: where downloads are kept
    tell: takes a line for the user
    raises EngineMissing, saying what mends it
    """
    if local := _local_folder(model):
        return open_model_folder(local)
    folder = _download_folder(model, cache)
    try:
        return open_model_folder(folder)
    except EngineMissing:
        tell(LICENCE)
        tell(f"Downloading {model} to {folder}")
    _download(model, folder, _WANTED)
    if not (folder / "BiCodec").exists():
        _download(_CODEC_REPOSITORY, folder, _CODEC_PARTS)
    return open_model_folder(folder)


def _local_folder(model: str) -> Path | None:
    """The folder that is meant, there or not; None for a name on the hub."""
    folder = Path(model).expanduser() if model.startswith("~/") else Path(model)
    return None if not folder.exists() and _REPOSITORY.fullmatch(model) else folder


def _download_folder(model: str, cache: Path) -> Path:
    return cache.expanduser() / "models" / model.replace("/", "--")


def _download(repository: str, folder: Path, patterns: list[str]) -> None:
    """Show the hub library's own progress bars."""
    import huggingface_hub
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        huggingface_hub.snapshot_download(repository, local_dir=folder, allow_patterns=patterns)
    except RepositoryNotFoundError:
        mend = f"check the name; {DEFAULT_MODEL} is one"
        raise EngineMissing(f"the Hugging Face hub has no model {repository}", mend) from None
    except Exception as problem:  # the hub, the network and the disk fail in many ways
        reason = str(problem).strip().split("\n")[0] or type(problem).__name__
        mend = "check the network and try again: it goes on where it stopped; or give the folder of a model"
        raise EngineMissing(f"{repository} could not be downloaded ({reason})", mend) from None
