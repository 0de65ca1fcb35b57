"""A graph as Mermaid text, which GitHub and many editors show as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stream_omni.graph_file import Json, nodes_of
from stream_omni.user_error import UserError

KINDS = {"cmd": "-.->", "data": "-->", "audio_frame": "==>", "video_frame": "==>"}
"""Arrow of each kind of message: commands dotted, data thin, sound and pictures thick."""
EVERYWHERE = ("ready", "error", "metrics")
"""Messages that nearly every node sends to the same few; as arrows they would hide the conversation."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One message on its way."""

    kind: str
    message: str
    source: str
    target: str


def to_mermaid(entry: Json) -> str:
    """The flow chart of one entry of `predefined_graphs`; what nearly every node sends is named in a note instead.

    raises UserError for a graph that has not TEN's form
    """
    try:
        return _flow_chart(entry)
    except (AttributeError, KeyError, TypeError):
        raise UserError(f'graph "{entry["name"]}" has not TEN\'s form; --check says where') from None


def _flow_chart(entry: Json) -> str:
    lines = [f"%% {entry['name']}: commands dotted, data thin, sound thick", "flowchart LR"]
    lines += [f'    {name}["{name}<br/>{node.get("addon", "")}"]' for name, node in nodes_of(entry).items()]
    labels: dict[tuple[str, str, str], list[str]] = {}
    collectors: list[str] = []
    for edge in edges_of(entry):
        if edge.message in EVERYWHERE:
            collectors += [edge.target] if edge.target not in collectors else []
        else:
            names = labels.setdefault((edge.source, edge.target, edge.kind), [])
            names += [edge.message] if edge.message not in names else []
    for (source, target, kind), messages in labels.items():
        lines.append(f'    {source} {KINDS[kind]}|"{"<br/>".join(messages)}"| {target}')
    if collectors:
        lines.append(f"    %% {', '.join(EVERYWHERE)}: from the engines to {', '.join(collectors)}")
    return "\n".join(lines) + "\n"


def edges_of(entry: Json) -> Iterator[Edge]:
    """All arrows of a graph, in its own order; both notations, `dest` and `source`."""
    for connection in entry.get("graph", {}).get("connections", []):
        place = _place(connection)
        for kind in KINDS:
            for flow in connection.get(kind, []):
                for message in flow.get("names", [flow.get("name", "")]):
                    yield from (Edge(kind, message, place, _place(target)) for target in flow.get("dest", []))
                    yield from (Edge(kind, message, _place(source), place) for source in flow.get("source", []))


def _place(location: Json) -> str:
    return str(location.get("extension") or location.get("subgraph") or location.get("selector") or "?")
