"""The graph that the doctor looks at, and its engines, as the app would run them here."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stream_omni.command_line import parse_command_line
from stream_omni.effective_property import ChosenGraph, choose_graph
from stream_omni.graph_file import GraphFile, Json, load_graph_file, nodes_of
from stream_omni.runtime import app_folder, choose_runtime

if TYPE_CHECKING:
    from stream_omni.startup_check import NodeCheck
    from ten_extensions.common.addon import Missing
    from ten_extensions.common.extension import Extension

DEVICES = "local_audio_python"
RESPONDER = "offline_llm_python"
"""Needs no model, and takes no time."""


@dataclass(frozen=True)
class Node:
    """One node, with its fallback in place."""

    addon: str
    property: Json
    missing: Missing | None
    """Why the engine that the graph names cannot run here."""

    def extension(self, **changes: Any) -> Extension[Any]:
        """The node's extension with its configuration, outside of any graph, to make its engine with.

        changes: of `params`
        raises InvalidConfig
        """
        from ten_extensions.common.addon import registered
        from ten_extensions.common.config import parse_config

        importlib.import_module(f"ten_packages.extension.{self.addon}")
        kind = registered[self.addon]
        extension = kind("doctor")
        property = self.property | ({"params": self.property.get("params", {}) | changes} if changes else {})
        extension.config = parse_config(kind.config_type, property)
        return extension


@dataclass(frozen=True)
class Context:
    """What all steps know."""

    file: GraphFile
    graph: ChosenGraph
    arguments: tuple[str, ...]
    """The command line that asked for all this."""
    checks: tuple[NodeCheck, ...]

    def node(self, name: str) -> Node | None:
        """A node of the graph; None where it has none of this name."""
        from stream_omni.startup_check import replacements_of

        entry = nodes_of(self.graph.entry).get(name)
        if entry is None:
            return None
        missing = next((check.missing for check in self.checks if check.node == name), None)
        replacement = replacements_of(self.checks).get(name)
        if replacement is not None:
            return Node(replacement.addon, replacement.property, missing)
        return Node(entry["addon"], entry.get("property", {}), missing)


def open_context(arguments: Sequence[str]) -> Context:
    """Read the graph file and check the graph. Raises UserError."""
    options = parse_command_line(arguments)
    folder = app_folder()
    choose_runtime(folder).activate()
    from stream_omni.startup_check import check_graph  # needs `ten_runtime`, which is there from now on

    file = load_graph_file(folder)
    graph = choose_graph(file, options)
    return Context(file, graph, tuple(arguments), check_graph(file, graph))
