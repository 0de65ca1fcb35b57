"""property.json: the graphs, and beside TEN's own keys what the app wants to know about them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from stream_omni.app_options import AppOptions
from stream_omni.user_error import UserError, near_misses
from ten_extensions.common.config import InvalidConfig, parse_config

Json = dict[str, Any]

FILE_NAME = "property.json"
USER_FILE_NAME = "property.user.json"


@dataclass(frozen=True)
class GraphFile:
    """The content of property.json, and the user's own changes to it."""

    folder: Path
    root: Json
    user: Json = field(default_factory=dict)
    """`{graph: {node: {"addon": ..., "property": {...}}}}`, from property.user.json; addon is optional."""

    @cached_property
    def options(self) -> AppOptions:
        """The section `stream_omni`. Raises UserError naming the keys that are wrong."""
        section = self.root.get("stream_omni", {})
        if not isinstance(section, dict):
            raise UserError(f"{FILE_NAME}: stream_omni must be an object, not {section!r}")
        try:
            return parse_config(AppOptions, section)
        except InvalidConfig as error:
            raise UserError("\n".join(f"{FILE_NAME}: stream_omni, {problem}" for problem in error.problems)) from None

    @property
    def names(self) -> list[str]:
        """Names of the graphs, in the file's order."""
        return [entry["name"] for entry in self._entries()]

    @property
    def default_name(self) -> str:
        """The graph that runs if nobody names one. Raises UserError if the file has none of that name."""
        names = self.names
        if not names:
            raise UserError(f"{FILE_NAME}: ten.predefined_graphs is empty; it must hold at least one graph")
        name = self.options.default_graph or names[0]
        if name not in names:
            where = f"{FILE_NAME}: stream_omni.default_graph"
            raise UserError(f'{where}: "{name}" is not a graph of this file{near_misses(name, names)}')
        return name

    def entry(self, name: str | None) -> Json:
        """The graph's entry in `predefined_graphs`; None: the default graph's. Raises UserError for an unknown name."""
        wanted = self.default_name if name is None else name
        for entry in self._entries():
            if entry["name"] == wanted:
                return entry
        raise UserError(f'{FILE_NAME} has no graph "{wanted}"{near_misses(wanted, self.names)}')

    def _entries(self) -> Iterator[Json]:
        ten = self.root.get("ten", {})
        entries = ten.get("predefined_graphs", []) if isinstance(ten, dict) else []
        if not isinstance(entries, list):
            raise UserError(f"{FILE_NAME}: ten.predefined_graphs must be a list of graphs")
        for index, entry in enumerate(entries):
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                raise UserError(f"{FILE_NAME}: ten.predefined_graphs[{index}] must be an object with a name")
            yield entry


def load_graph_file(folder: Path) -> GraphFile:
    """Read property.json and, where it exists, property.user.json of an app's folder.

    raises UserError with file, line and column if one is no JSON object, or if the user's file names what is not there
    """
    file = GraphFile(folder, _read(folder / FILE_NAME))
    user_path = folder / USER_FILE_NAME
    if not user_path.exists():
        return file
    user = _read(user_path)
    _check_user_file(user, file)
    return GraphFile(folder, file.root, user)


def nodes_of(entry: Json) -> dict[str, Json]:
    """The extensions of a graph's entry, by name. What has not the form of one is left to the runtime's own check."""
    graph = entry.get("graph")
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    return {node["name"]: node for node in nodes if _is_extension(node)} if isinstance(nodes, list) else {}


def _is_extension(node: Any) -> bool:
    if not isinstance(node, dict) or not isinstance(node.get("property", {}), dict):
        return False
    return isinstance(node.get("name"), str) and isinstance(node.get("addon"), str)


def _read(path: Path) -> Json:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path.name} is missing in {path.parent}") from None
    except json.JSONDecodeError as error:
        raise UserError(f"{path.name}, line {error.lineno}, column {error.colno}: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path.name}: byte {error.start} is not UTF-8 text") from None
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path.name} holds a JSON {type(content).__name__}; it must hold one object")
    return content


def _check_user_file(user: Json, file: GraphFile) -> None:
    for graph, nodes in user.items():
        if graph not in file.names:
            raise UserError(
                f'{USER_FILE_NAME}: "{graph}" is not a graph of {FILE_NAME}{near_misses(graph, file.names)}'
            )
        if not isinstance(nodes, dict):
            raise UserError(f'{USER_FILE_NAME}: graph "{graph}": expected an object of nodes')
        known = nodes_of(file.entry(graph))
        for node, change in nodes.items():
            where = f'{USER_FILE_NAME}: graph "{graph}", node "{node}"'
            if node not in known:
                raise UserError(f"{where}: {FILE_NAME} has no such node{near_misses(node, known)}")
            if not isinstance(change, dict) or not change.keys() <= {"addon", "property"}:
                raise UserError(f"{where}: expected an object with the keys addon (if it changes) and property")
