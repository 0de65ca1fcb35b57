"""The folder of one run, `runs/<time>`, and how paths are shown."""

from __future__ import annotations

import contextlib
import itertools
from datetime import datetime
from pathlib import Path

RUNS = "runs"
"""Folder of the app that holds them."""


def new_run_folder(app_dir: Path) -> Path:
    """A new folder named after the time; where it cannot be made, its name all the same: the report says why not."""
    name = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    names = itertools.chain([name], (f"{name}_{count}" for count in itertools.count(2)))
    folder = next(folder for folder in (app_dir / RUNS / name for name in names) if not folder.exists())
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True)
    return folder


def short_path(path: Path) -> str:
    """Relative to the working folder where it lies in it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
