"""Gets a Whisper model in CTranslate2's format: a folder on this machine, a download of before, or one of now."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

from wrappers import hub
from wrappers.errors import EngineMissing

REPOSITORIES = {
    "tiny": "Systran/faster-whisper-tiny",
    "tiny.en": "Systran/faster-whisper-tiny.en",
    "base": "Systran/faster-whisper-base",
    "base.en": "Systran/faster-whisper-base.en",
    "small": "Systran/faster-whisper-small",
    "small.en": "Systran/faster-whisper-small.en",
    "medium": "Systran/faster-whisper-medium",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
"""Published models by their usual names. MIT licence, like Whisper itself."""
AUTO = "auto"
AUTO_MODELS = ("base", "small", "large-v3-turbo")
"""What `auto` chooses among, the smallest first."""
_WANTED = ["config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*"]
_NEEDED = ("config.json", "model.bin", "tokenizer.json")
_KIND = b"WhisperSpec"
"""Stands at the beginning of the weights."""


def missing_library() -> EngineMissing | None:
    """What keeps faster-whisper from running here."""
    if importlib.util.find_spec("faster_whisper") is not None:
        return None
    return EngineMissing(
        "the Python package faster-whisper is not installed", 'install it by `make run EXTRAS="whisper"`'
    )


def download_command(model: str) -> str:
    """What gets a model once and for all."""
    return f"python -m wrappers.asr download {model}"


def find_model(model: str, cache: Path) -> Path:
    """The folder of a model that is on this machine. Reads some kilobytes.

    model: a name of REPOSITORIES, a repository on the Hugging Face hub, or a folder
    cache: where downloads are kept
    raises EngineMissing for one that is not here or is damaged, with what mends it
    """
    folder = Path(model).expanduser() if model.startswith("~") else Path(model)
    if not is_published(model):
        if not model or not folder.is_dir():
            known = ", ".join((AUTO, *REPOSITORIES))
            what = f'"{model}" is no Whisper model: neither a folder nor a name'
            raise EngineMissing(what, f"take one of {known}, the folder of a model, or a repository on the hub")
        return check_model_folder(folder, "give the folder of a whole model in CTranslate2's format")
    folder = download_folder(model, cache)
    if not (folder / "config.json").exists():
        raise EngineMissing(f"the Whisper model {model} is not on this machine", download_command(model))
    return check_model_folder(folder, f"delete that folder, then {download_command(model)}")


def is_published(model: str) -> bool:
    """Whether a model may be on the hub: a name of REPOSITORIES, or of a repository that is no folder here."""
    return model in REPOSITORIES or hub.local_folder(model) is None


def download_folder(model: str, cache: Path) -> Path:
    """Where the download of a model belongs."""
    return hub.download_folder(cache, REPOSITORIES.get(model, model))


def check_model_folder(folder: Path, mend: str) -> Path:
    """See that the files of a model are there and whole, as far as their beginnings tell.

    raises EngineMissing with `mend`
    """
    for name in _NEEDED:
        file = folder / name
        if not file.is_file():
            raise EngineMissing(f"{file} is missing", mend)
        if file.suffix == ".json":
            _check_json(file, mend)
    with (folder / "model.bin").open("rb") as weights:
        if _KIND not in weights.read(64):
            raise EngineMissing(f"{folder / 'model.bin'} holds no Whisper model in CTranslate2's format", mend)
    return folder


def download_model(model: str, cache: Path, tell: Callable[[str], None]) -> Path:
    """Get a model, if it is not here yet; a broken download goes on where it stopped. Shows the hub's progress bars.

    model: as for `find_model`; a folder is not downloaded
    tell: takes a line for the user
    raises EngineMissing with what mends it
    """
    try:
        return find_model(model, cache)
    except EngineMissing:
        if not is_published(model):
            raise
    if problem := missing_library():
        raise problem
    folder = download_folder(model, cache)
    repository = REPOSITORIES.get(model, model)
    tell(f"Downloading {repository} to {folder}")
    hub.download(repository, folder, _WANTED, REPOSITORIES["base"])
    return find_model(model, cache)


def _check_json(file: Path, mend: str) -> None:
    try:
        whole = isinstance(json.loads(file.read_text(encoding="utf-8")), dict)
    except (OSError, ValueError):
        whole = False
    if not whole:
        raise EngineMissing(f"{file} is damaged", mend)
