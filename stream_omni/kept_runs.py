"""The runs that are kept: finding one, making room for the next, deleting them all."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from stream_omni.run_folder import RUNS, short_path
from stream_omni.user_error import UserError, near_misses
from wrappers.report import ABOUT

LATEST = "latest"
_NAME = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(_\d+)?")
"""What the app calls its own folders; whatever else lies beside them is somebody else's."""


def kept_runs(app_dir: Path) -> list[Path]:
    """The folders of the runs, the oldest first."""
    with contextlib.suppress(OSError):
        found = (app_dir / RUNS).iterdir()
        return sorted((path for path in found if _is_run(path)), key=_age)
    return []


def find_run(app_dir: Path, wanted: str) -> Path:
    """The folder that is meant: a path, the name of a run, or `latest`, the last recording that is no replay.

    raises UserError if there is none
    """
    runs = [run for run in kept_runs(app_dir) if (run / "microphone.wav").exists() and not _is_replay(run)]
    if wanted == LATEST:
        if not runs:
            raise UserError(f"there is no recorded conversation in {short_path(app_dir / RUNS)} yet")
        return runs[-1]
    for folder in (Path(wanted).expanduser().absolute(), app_dir / RUNS / wanted):
        if (folder / "microphone.wav").is_file():
            return folder
    hint = near_misses(wanted, [run.name for run in runs[-5:]]) if runs else ""
    raise UserError(f'"{wanted}" is no folder of a recorded conversation (with a microphone.wav){hint}')


def make_room(app_dir: Path, max_bytes: int) -> list[Path]:
    """Delete the oldest runs until those that stay are no larger than that together.

    A run that is being written or replayed, be it by another process, stays. returns the folders that went
    """
    sizes = {run: _size(run) for run in kept_runs(app_dir)}
    total = sum(sizes.values())
    gone = []
    for run, size in sizes.items():
        if total <= max_bytes:
            break
        if _delete(run):
            total -= size
            gone.append(run)
    return gone


@contextlib.contextmanager
def held(run: Path) -> Iterator[None]:
    """Nobody deletes the folder inside of the block, be it to make room."""
    descriptor = os.open(run, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def forget_all(app_dir: Path, console: Console, *, is_agreed: bool) -> int:
    """Delete all runs, after asking unless `is_agreed`. Returns the exit status.

    raises UserError where nobody can be asked
    """
    runs = kept_runs(app_dir)
    if not runs:
        console.print(f"Nothing is kept in {short_path(app_dir / RUNS)}.")
        return 0
    what = f"{len(runs)} conversation{'s' if len(runs) > 1 else ''} ({sum(map(_size, runs)) / 1e6:.1f} MB)"
    if not is_agreed:
        if not sys.stdin.isatty():
            raise UserError("--forget asks before it deletes, and there is no terminal to ask on; add --yes")
        console.print(f"Delete {what} in {short_path(app_dir / RUNS)}? [y/N] ", end="", markup=False)
        if input().strip().lower() not in ("y", "yes"):
            console.print("Nothing was deleted.")
            return 1
    left = [run for run in runs if not _delete(run)]
    console.print(f"Deleted {len(runs) - len(left)} of {what}.")
    for run in left:
        console.print(f"{short_path(run)} stays: it is in use, or may not be deleted", markup=False)
    return 1 if left else 0


def _is_run(path: Path) -> bool:
    return _NAME.fullmatch(path.name) is not None and path.is_dir() and not path.is_symlink()


def _age(run: Path) -> tuple[str, int]:
    moment, _, count = run.name[:19], run.name[19:20], run.name[20:]
    return moment, int(count or 1)


def _size(run: Path) -> int:
    total = 0
    for path in run.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size
    return total


def _delete(run: Path) -> bool:
    """Delete a folder unless it is in use. Returns whether it is gone."""
    if _is_in_use(run):
        return False
    shutil.rmtree(run, ignore_errors=True)
    return not run.exists()


def _is_in_use(run: Path) -> bool:
    """Whether a recorder holds the lock of run.json, or a replay that of the folder; locks go with their process."""
    return _is_locked(run) or _is_locked(run / ABOUT)


def _is_replay(run: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return "replay_of" in json.loads((run / ABOUT).read_text(encoding="utf-8"))
    return False


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
