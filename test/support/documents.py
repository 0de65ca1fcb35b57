"""What the tests of documents share: the examples in a document, and what an example does to a graph."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.require import REPOSITORY

DOCUMENTS = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "voices/README.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
_BLOCK = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """A block of code in a document."""

    language: str
    title: str
    """What stands behind the language."""
    text: str


def examples(document: Path) -> list[Example]:
    """All blocks that name their language."""
    found = _BLOCK.findall(document.read_text(encoding="utf-8"))
    return [Example(language, title or "", text) for language, title, text in found]


def apply_to_graph(example: Example, graph: dict[str, Any]) -> None:
    """Do what the title of a JSON example says; others change nothing."""
    action, _, place = example.title.partition(": ")
    content = json.loads(example.text)
    if action == "swap":
        nodes = [node for node in graph["nodes"] if node["name"] != place]
        graph["nodes"] = [*nodes, content]
    elif action == "add node":
        graph["nodes"].append(content)
    elif action == "add connection":
        graph["connections"].append(content)
    elif action == "replace connection":
        node, kind, name = place.split(", ")
        connection = next(entry for entry in graph["connections"] if entry["extension"] == node)
        connection[kind] = [content if entry["name"] == name else entry for entry in connection[kind]]


def write_files(document: Path, folder: Path) -> None:
    """The files that a document shows, below a folder."""
    for example in examples(document):
        if example.title.startswith("file: "):
            path = folder / example.title.removeprefix("file: ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(example.text, encoding="utf-8")


def app_commands(document: str) -> list[list[str]]:
    """The arguments of each line of a document that calls the app. document: its path in the repository"""
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    return [shlex.split(line) for line in re.findall(r"^python ten_stream_omni_app\.py ?(.*)$", text, re.MULTILINE)]
