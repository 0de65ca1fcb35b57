"""Makes sure that what was written survives a power cut."""

from __future__ import annotations

import contextlib
import fcntl
import os

_FULL_SYNC = getattr(fcntl, "F_FULLFSYNC", None)
"""macOS only: there fsync leaves the data in the drive's own cache."""


def sync(descriptor: int) -> None:
    """Return when a file's data is on the disk itself. Blocking. Raises OSError."""
    if _FULL_SYNC is not None:
        with contextlib.suppress(OSError):  # some file systems do not know it
            fcntl.fcntl(descriptor, _FULL_SYNC)
            return
    os.fsync(descriptor)
