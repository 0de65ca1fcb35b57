"""Graphs as the engine runs them: extensions only, one route per sender and message."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._conversion import Conversion
from ._errors import GraphError
from ._graph_flatten import Edge, NodeSpec, flatten
from ._graph_import import Source, follow_imports
from ._json_shape import quote

__all__ = ["FlatGraph", "NodeSpec", "Target", "parse_graph"]


@dataclass(frozen=True)
class Target:
    node: str
    conversion: Conversion | None


@dataclass(frozen=True)
class FlatGraph:
    nodes: tuple[NodeSpec, ...]
    routes: Mapping[tuple[str, str, str], tuple[Target, ...]]
    """(sender, kind, message name) to its targets in declared order; kind is cmd, data, audio_frame or video_frame."""
    exposed_in: Mapping[tuple[str, str], str]
    """(kind, message name) to the node that takes it from outside."""
    exposed_out: frozenset[tuple[str, str, str]]
    """(sender, kind, message name) of messages that leave the graph."""


def parse_graph(graph: Any, *, base_dir: Path, where: str, app_uri: str = "") -> FlatGraph:
    """Check a graph and resolve imports, subgraphs, selectors, `names` and `source`.

    base_dir: the folder of the app; where: file and graph, the beginning of error texts. Raises GraphError.
    """
    base_dir = base_dir.resolve()
    raw, source = follow_imports(graph, Source(where, base_dir, base_dir))
    part = flatten(raw, source, app_uri)
    if not part.nodes:
        raise GraphError(f"{source.where}: the graph has no extension node")
    return FlatGraph(
        nodes=tuple(part.nodes),
        routes=_group(part.edges, source.where),
        exposed_in={message: nodes[0] for message, nodes in part.exposed["in"].items()},
        exposed_out=frozenset((node, *message) for message, nodes in part.exposed["out"].items() for node in nodes),
    )


def _group(edges: list[Edge], where: str) -> dict[tuple[str, str, str], tuple[Target, ...]]:
    routes: dict[tuple[str, str, str], dict[str, Target]] = {}
    for edge in edges:
        targets = routes.setdefault((edge.origin, edge.kind, edge.name), {})
        target = targets.setdefault(edge.target, Target(edge.target, edge.conversion))
        if target.conversion != edge.conversion:
            raise GraphError(
                f"{where}, connection of extension {quote(edge.origin)}, {edge.kind} {quote(edge.name)}: "
                f"{quote(edge.target)} is a dest twice, with different msg_conversion"
            )
    return {key: tuple(targets.values()) for key, targets in routes.items()}
