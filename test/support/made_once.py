"""Files for tests that are made on this machine, once, and kept."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from support.require import REPOSITORY

CACHE = REPOSITORY / ".cache"


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The file or folder `name` in the cache; `make` writes it, to the path it is given, where it is not there yet.

    It is made beside its place and moved there: another test run never sees half of it.
    """
    path = CACHE / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as work:
            made = Path(work) / path.name
            make(made)
            try:
                made.replace(path)
            except OSError:
                if not path.exists():  # a run beside this one was quicker: what it made is as good as ours
                    raise
    return path
