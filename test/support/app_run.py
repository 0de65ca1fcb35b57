"""Runs the app as its users do, on a copy of the project's graph."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from support.require import REPOSITORY

PROGRAM = REPOSITORY / "ten_stream_omni_app.py"
RATE_HZ = 16000


@dataclass(frozen=True)
class Finished:
    """How a run of the app ended."""

    status: int
    out: str
    err: str
    transcript: list[dict[str, Any]]
    """The utterances of transcript.jsonl."""
    run_dir: Path | None
    """The folder of the run; None if none was made."""

    def texts(self, role: str) -> list[str]:
        """What the user or the agent said."""
        return [entry["text"] for entry in self.transcript if entry["role"] == role]


def make_app(
    folder: Path,
    edit: Callable[[dict[str, Any]], None] = lambda graph: None,
    addons: Path | None = None,
    graph_name: str = "offline",
) -> Path:
    """A copy of the app in `folder`: the project's manifest and graphs, and its addons where they are.

    edit: changes the graph of that name in place; it becomes the default one
    addons: a folder with more addons
    """
    manifest = json.loads((REPOSITORY / "manifest.json").read_text("utf-8"))
    for dependency in manifest["dependencies"]:
        if "path" in dependency:
            dependency["path"] = str(REPOSITORY / dependency["path"])
    for addon in sorted(addons.iterdir()) if addons else ():
        manifest["dependencies"].append({"path": str(addon)})
    properties = json.loads((REPOSITORY / "property.json").read_text("utf-8"))
    properties["stream_omni"]["default_graph"] = graph_name
    edit(next(g["graph"] for g in properties["ten"]["predefined_graphs"] if g["name"] == graph_name))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (folder / "property.json").write_text(json.dumps(properties, ensure_ascii=False, indent=2), "utf-8")
    return folder


def command(*arguments: str | Path) -> list[str]:
    """The command line of the app."""
    return [sys.executable, str(PROGRAM), *map(str, arguments)]


def environment(app: Path, **more: str) -> dict[str, str]:
    """The environment in which the app is the one in folder `app`."""
    return {**os.environ, "TEN_APP_BASE_DIR": str(app), "PYTHONUNBUFFERED": "1", **more}


def run_app(app: Path, *arguments: str | Path, timeout_s: float = 100, **variables: str) -> Finished:
    """Run the app in folder `app` to its end, without a terminal."""
    done = subprocess.run(
        command(*arguments),
        cwd=REPOSITORY,
        env=environment(app, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    return Finished(done.returncode, done.stdout, done.stderr, transcript_of(app), _last_run(app))


def transcript_of(app: Path) -> list[dict[str, Any]]:
    """What was said until now in the last run of the app in folder `app`."""
    run_dir = _last_run(app)
    transcript = run_dir / "transcript.jsonl" if run_dir else None
    lines = transcript.read_text("utf-8").splitlines() if transcript and transcript.exists() else []
    return [json.loads(line) for line in lines]


def _last_run(app: Path) -> Path | None:
    runs = sorted((app / "runs").iterdir()) if (app / "runs").is_dir() else []
    return runs[-1] if runs else None


def write_talk(path: Path, *parts: float | Path) -> Path:
    """A 16 kHz recording made of silences (seconds) and files."""
    pieces = []
    for part in parts:
        if isinstance(part, Path):
            samples, rate_hz = soundfile.read(part, dtype="int16")
            assert rate_hz == RATE_HZ
            pieces.append(samples)
        else:
            pieces.append(np.zeros(int(part * RATE_HZ), np.int16))
    soundfile.write(path, np.concatenate(pieces), RATE_HZ, subtype="PCM_16")
    return path
