"""Gets models from the Hugging Face hub."""

from __future__ import annotations

import re
from pathlib import Path

from wrappers.errors import EngineMissing

_REPOSITORY = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


def local_folder(model: str) -> Path | None:
    """The folder that is meant by the name of a model, there or not; None for the name of a repository on the hub."""
    folder = Path(model).expanduser() if model.startswith("~/") else Path(model)
    return None if not folder.exists() and _REPOSITORY.fullmatch(model) else folder


def download_folder(cache: Path, repository: str) -> Path:
    """Where the download of a repository belongs."""
    return cache.expanduser() / "models" / repository.replace("/", "--")


def download(repository: str, folder: Path, wanted: list[str], example: str) -> None:
    """Get the files of a repository that are not in the folder yet. Shows the hub library's own progress bars.

    wanted: patterns for names of files
    example: a repository that there is
    raises EngineMissing, saying what mends it
    """
    import huggingface_hub
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        huggingface_hub.snapshot_download(repository, local_dir=folder, allow_patterns=wanted)
    except RepositoryNotFoundError:
        what = f"the Hugging Face hub has no model {repository}"
        raise EngineMissing(what, f"check the name; {example} is one") from None
    except Exception as problem:  # the hub, the network and the disk fail in many ways
        reason = str(problem).strip().split("\n")[0] or type(problem).__name__
        mend = "check the network and try again: it goes on where it stopped; or give the folder of a model"
        raise EngineMissing(f"{repository} could not be downloaded ({reason})", mend) from None
