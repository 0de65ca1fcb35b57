"""Gets the model: a folder on this machine, or a download."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wrappers.downloads import Download
from wrappers.errors import EngineMissing
from wrappers.hub import download, download_folder, local_folder
from wrappers.mlx_library import require_mlx
from wrappers.tts.spark.defaults import DEFAULT_MODEL
from wrappers.tts.spark.model_folder import ModelFolder, open_model_folder

LICENCE = "The weights of Spark-TTS are licensed under CC BY-NC-SA 4.0: not for commercial use."
_CODEC_REPOSITORY = DEFAULT_MODEL
"""Has all parts. Quantised ones may lack the codec, which is the same for all."""
_WANTED = ["*.json", "*.yaml", "*.safetensors"]
_CODEC_PARTS = ["BiCodec/*", "wav2vec2-large-xlsr-53/*.json", "wav2vec2-large-xlsr-53/*.safetensors"]


def check_model(model: str) -> None:
    """Raises EngineMissing where a model cannot run here. Quick: neither loads nor downloads it."""
    require_mlx()
    if local := local_folder(model):
        open_model_folder(local)


def downloads(model: str, cache: Path) -> tuple[Download, ...]:
    """What `find_model` would fetch."""
    if local_folder(model):
        return ()
    try:
        open_model_folder(download_folder(cache, model))
    except EngineMissing:
        name = f"Spark-TTS ({model}, CC BY-NC-SA 4.0: not for commercial use)"
        return (Download(name, lambda tell: find_model(model, cache, tell)),)
    return ()


def find_model(model: str, cache: Path, tell: Callable[[str], None]) -> ModelFolder:
    """Open a model, after downloading it where it is not here yet. A broken download is taken up again.

    model: a folder, or the name of a repository on the Hugging Face hub
    cache: where downloads are kept
    tell: takes a line for the user
    raises EngineMissing, saying what mends it
    """
    if local := local_folder(model):
        return open_model_folder(local)
    folder = download_folder(cache, model)
    try:
        return open_model_folder(folder)
    except EngineMissing:
        tell(LICENCE)
        tell(f"Downloading {model} to {folder}")
    download(model, folder, _WANTED, DEFAULT_MODEL)
    if not (folder / "BiCodec").exists():
        download(_CODEC_REPOSITORY, folder, _CODEC_PARTS, DEFAULT_MODEL)
    return open_model_folder(folder)
