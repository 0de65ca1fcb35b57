"""Gets models from the Hugging Face hub."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from wrappers.downloads import Download
from wrappers.errors import EngineMissing

T = TypeVar("T")

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


@dataclass(frozen=True)
class ModelSource(Generic[T]):
    """Where the models of an engine come from: a folder on this machine, or a repository on the Hugging Face hub."""

    title: str
    """What they are, for users: "Whisper"."""
    open_folder: Callable[[Path], T]
    """Sees whether a model is whole; raises EngineMissing, saying what mends it."""
    wanted: list[str]
    """Patterns for names of files to download."""
    example: str
    """A repository that there is."""

    def check(self, model: str) -> None:
        """Raises EngineMissing for a folder without a whole model. Quick: neither loads nor downloads anything."""
        if local := local_folder(model):
            self.open_folder(local)

    def downloads(self, model: str, cache: Path) -> tuple[Download, ...]:
        """What `find` would fetch."""
        if local_folder(model):
            return ()
        try:
            self.open_folder(download_folder(cache, model))
        except EngineMissing:
            return (Download(f"{self.title} ({model})", lambda tell: self.find(model, cache, tell)),)
        return ()

    def find(self, model: str, cache: Path, tell: Callable[[str], None]) -> T:
        """Open a model, after downloading it where it is not here yet. A broken download is taken up again.

        cache: where downloads are kept
        tell: takes a line for the user
        raises EngineMissing, saying what mends it
        """
        if local := local_folder(model):
            return self.open_folder(local)
        folder = download_folder(cache, model)
        try:
            return self.open_folder(folder)
        except EngineMissing:
            tell(f"Downloading {model} to {folder}; for the licence of the weights see its page on the hub")
        download(model, folder, self.wanted, self.example)
        return self.open_folder(folder)
