"""How a run came about: what stands in its run.json and graph.json."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import platform
import re
from pathlib import Path
from typing import Any

from stream_omni.command_line import Options
from stream_omni.graph_file import Json
from wrappers.report import GRAPH

_SECRET = re.compile(r"(^|_)(key|token|secret|password)$", re.IGNORECASE)
HIDDEN = "(not kept)"
"""Stands where the value of a key such as api_key was written out; `${env:NAME}` is no secret, and stays."""


def run_facts(graph: str, runtime: str, options: Options) -> Json:
    """What run.json tells beside the times.

    graph: its name
    runtime: embedded or native
    """
    return {
        "graph": graph,
        "runtime": runtime,
        "pace": "virtual" if options.fast else "real",
        **({"replay_of": options.replay} if options.replay is not None else {}),
        "arguments": [_without_secret(argument) for argument in options.arguments],
        "machine": {
            "system": f"{platform.system()} {platform.release()}",
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
        },
        "versions": {"python": platform.python_version()} | _packages(),
    }


def write_graph(folder: Path, entry: Json) -> None:
    """Keep the graph as it runs, in the form of property.json. A disk that cannot be written is the recorder's news."""
    with contextlib.suppress(OSError):
        text = json.dumps(hide_secrets(entry), ensure_ascii=False, indent=2)
        (folder / GRAPH).write_text(text + "\n", encoding="utf-8")


def hide_secrets(value: Any) -> Any:
    """The value with `HIDDEN` in place of every password, token and key that is written out."""
    if isinstance(value, list):
        return [hide_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: HIDDEN if _SECRET.search(key) and _is_written_out(inner) else hide_secrets(inner)
        for key, inner in value.items()
    }


def _is_written_out(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and not value.startswith("${env:")


def _without_secret(argument: str) -> str:
    name, equals, value = argument.partition("=")
    return f"{name}={HIDDEN}" if equals and _SECRET.search(name.split(".")[-1]) and _is_written_out(value) else argument


def _packages() -> dict[str, str]:
    """The versions of all installed packages."""
    found = ((package.metadata["Name"], package.version) for package in importlib.metadata.distributions())
    return {name: version for name, version in sorted(found, key=lambda item: str(item[0]).lower()) if name}
