"""Writes recommended settings to property.user.json, beside what the user has there."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from stream_omni.doctor.advice import Advice
from stream_omni.graph_file import USER_FILE_NAME, GraphFile
from stream_omni.user_error import UserError


def apply(file: GraphFile, advice: Advice) -> Path:
    """Write the advice; what else the file holds stays. Returns the file. Raises UserError if it cannot be written."""
    content = merged(file.user, advice)
    path = file.folder / USER_FILE_NAME
    try:
        with tempfile.NamedTemporaryFile("w", dir=file.folder, suffix=".part", delete=False, encoding="utf-8") as part:
            json.dump(content, part, indent=2, ensure_ascii=False)
            part.write("\n")
        Path(part.name).replace(path)  # a reader sees all of it or nothing
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from None
    return path


def merged(user: dict[str, Any], advice: Advice) -> dict[str, Any]:
    """The user's changes with the advice in them: its values win, all others stay."""
    content = copy.deepcopy(user)
    if not advice.changes:
        return content
    graph = content.setdefault(advice.graph, {})
    for node, change in advice.changes.items():
        if "addon" in change:
            graph[node] = copy.deepcopy(dict(change))  # the settings of another engine mean nothing to this one
        else:
            property = graph.setdefault(node, {}).setdefault("property", {})
            _merge(property, change.get("property", {}))
    return content


def _merge(base: dict[str, Any], change: Any) -> None:
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge(base[key], value)
        else:
            base[key] = copy.deepcopy(value)
