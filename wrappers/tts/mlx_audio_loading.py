"""Gets a model of mlx-audio: a folder on this machine, or a download."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wrappers.downloads import Download
from wrappers.errors import EngineMissing
from wrappers.hub import local_folder
from wrappers.mlx_library import require_mlx
from wrappers.safetensors_file import check_weights
from wrappers.tts.mlx_audio import MlxAudioOptions, MlxAudioVoice

DEFAULT_MODEL = "mlx-community/Qwen3-TTS-12Hz-0.6B-CustomVoice-8bit"
"""Streams, speaks English and Chinese, and needs nothing beside mlx-audio. Kokoro, as free, needs misaki, too."""
DEFAULT_VOICE = "Vivian"
LICENCE = "The weights of Qwen3-TTS are licensed under Apache-2.0: for any use."
_GET_ONE = f"give the folder of a model, or the name of one on the Hugging Face hub, such as {DEFAULT_MODEL}"


def check_mlx_audio(model: str) -> None:
    """Raises EngineMissing where a model cannot run. Quick: neither loads nor downloads it."""
    require_mlx()
    _local_folder(model or DEFAULT_MODEL)


def downloads(model: str) -> tuple[Download, ...]:
    """What `fetch_mlx_audio` would fetch."""
    model = model or DEFAULT_MODEL
    if local_folder(model) is not None or _is_cached(model):
        return ()
    return (Download(f"a voice of mlx-audio ({model})", lambda tell: fetch_mlx_audio(model, tell=tell)),)


def fetch_mlx_audio(model: str = "", *, tell: Callable[[str], None] = print) -> Path:
    """The folder of a model, downloaded where it is not here yet. Any thread may do it. See `open_mlx_audio`."""
    require_mlx()
    model = model or DEFAULT_MODEL
    return _local_folder(model) or _download(model, tell)


def open_mlx_audio(
    model: str = "",
    options: MlxAudioOptions | None = None,
    *,
    folder: Path | None = None,
    tell: Callable[[str], None] = print,
) -> MlxAudioVoice:
    """Load a model, after downloading it where it is not here yet.

    model: a folder, or the name of a repository on the Hugging Face hub; "" = DEFAULT_MODEL with DEFAULT_VOICE
    folder: what `fetch_mlx_audio` has got of it; None = fetch it
    tell: takes a line for the user
    raises EngineMissing, saying what mends it
    """
    require_mlx()
    options = options or MlxAudioOptions()
    if not model:
        model = DEFAULT_MODEL
        options = MlxAudioOptions(options.voice or DEFAULT_VOICE, options.language, options.speed, options.settings)
    folder = folder or fetch_mlx_audio(model, tell=tell)
    for weights in sorted(folder.glob("*.safetensors")):
        check_weights(weights)
    voice = MlxAudioVoice(_load(folder, model), Path(model).name, options, to_numpy=_to_numpy)
    voice.warm_up()
    return voice


def _is_cached(repository: str) -> bool:
    """Whether the library has it from before; it keeps models in the hub's own cache."""
    import huggingface_hub

    return isinstance(huggingface_hub.try_to_load_from_cache(repository, "config.json"), str)


def _local_folder(model: str) -> Path | None:
    """The folder that is meant; None for a name on the hub."""
    folder = local_folder(model)
    if folder is None:
        return None
    if not folder.is_dir():
        raise EngineMissing(f"the model folder {folder} does not exist", _GET_ONE)
    if not (folder / "config.json").is_file():
        raise EngineMissing(f"{folder} holds no config.json, so it is no model folder", _GET_ONE)
    return folder


def _download(repository: str, tell: Callable[[str], None]) -> Path:
    """The library shows its own progress bars, keeps what it has, and goes on where it stopped."""
    from mlx_audio.utils import get_model_path

    tell(LICENCE if repository == DEFAULT_MODEL else f"For the licence of the weights see the page of {repository}.")
    try:
        return Path(get_model_path(repository))
    except Exception as problem:  # the hub, the network and the disk fail in many ways
        reason = str(problem).strip().split("\n")[0] or type(problem).__name__
        mend = "check its name and the network and try again: it goes on where it stopped; or give a model's folder"
        raise EngineMissing(f"{repository} could not be downloaded ({reason})", mend) from None


def _load(folder: Path, model: str) -> Any:
    from mlx_audio.tts.utils import load_model

    try:
        return load_model(folder, source_model_path=model)  # the name: some kinds fetch further parts by it
    except Exception as problem:  # each of fifty kinds of models has its own ways
        reason = str(problem).strip().split("\n")[0] or type(problem).__name__
        raise EngineMissing(f"{folder} could not be loaded as a voice of mlx-audio ({reason})", _GET_ONE) from problem


def _to_numpy(audio: Any) -> NDArray[np.float32]:
    import mlx.core as mx

    return np.array(audio.astype(mx.float32)) if isinstance(audio, mx.array) else np.asarray(audio, np.float32)
