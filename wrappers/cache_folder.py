"""Where things are kept that were downloaded or computed, and would have to be again."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """The project's folder in the user's cache; it may not exist yet. Deleting it costs time, nothing else."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "stream_omni"
