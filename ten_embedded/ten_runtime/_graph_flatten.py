"""Turns a graph with selectors, `names`, `source` and subgraphs into extensions and plain edges."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ._conversion import Conversion
from ._errors import GraphError
from ._graph_grammar import Entry, Flow, Node, Place, RawGraph, parse_raw_graph
from ._graph_import import Source, follow_imports, load_graph_file
from ._json_shape import listing, quote
from ._properties import merge

Message = tuple[str, str]
"""Kind and name."""


@dataclass(frozen=True)
class NodeSpec:
    """An extension to create; `property` is merged over the extension's own."""

    name: str
    addon: str
    extension_group: str
    property: dict[str, Any]


@dataclass(frozen=True)
class Edge:
    origin: str
    kind: str
    name: str
    target: str
    conversion: Conversion | None


@dataclass(frozen=True)
class Part:
    """A flattened graph, and what it shows to the graph around it."""

    nodes: list[NodeSpec]
    edges: list[Edge]
    exposed: dict[str, dict[Message, list[str]]]
    """By direction (in, out): message to nodes."""
    exposed_properties: dict[str, list[tuple[str, str]]]
    """Name to nodes and their property keys."""


def flatten(raw: dict[str, Any], source: Source, app_uri: str) -> Part:
    """Check and flatten one graph, its subgraphs first. Raises GraphError."""
    graph = parse_raw_graph(raw, source.where, app_uri)
    parts = {node.name: _load_subgraph(node, source, app_uri) for node in graph.nodes if node.type == "subgraph"}
    return _Flattener(graph, parts).run()


def _load_subgraph(node: Node, source: Source, app_uri: str) -> Part:
    where = f"{source.where}, node {quote(node.name)}"
    raw, inner = follow_imports(*load_graph_file(node.import_uri, source, f"{where}, graph.import_uri"))
    part = flatten(raw, inner, app_uri)
    nodes = {spec.name: spec for spec in part.nodes}
    for key, value in (node.property or {}).items():
        if key not in part.exposed_properties:
            known = listing(key, part.exposed_properties)
            raise GraphError(f"{where}, property.{key}: the subgraph exposes no such property; it exposes {known}")
        for name, inner_key in part.exposed_properties[key]:
            nodes[name] = replace(nodes[name], property=merge(nodes[name].property, {inner_key: value}))
    return replace(part, nodes=list(nodes.values()))


class _Flattener:
    def __init__(self, graph: RawGraph, parts: dict[str, Part]) -> None:
        self.graph = graph
        self.parts = parts
        self.by_type: dict[str, dict[str, Node]] = {"extension": {}, "subgraph": {}, "selector": {}}
        for node in graph.nodes:
            self.by_type[node.type][node.name] = node

    def run(self) -> Part:
        self._check_entries()
        part = Part(list(self._nodes()), [], {"in": {}, "out": {}}, {})
        for sub, inner in self.parts.items():
            part.edges.extend(
                replace(edge, origin=f"{sub}_{edge.origin}", target=f"{sub}_{edge.target}") for edge in inner.edges
            )
        for reverse in (False, True):
            for entry in self.graph.entries:
                for flow in entry.flows:
                    if flow.reverse == reverse:
                        part.edges.extend(self._edges(entry, flow))
        for message in self.graph.exposed_messages:
            key = (message.kind, message.name)
            nodes = self._message_nodes(message.place, key, message.direction, message.where)
            found = part.exposed[message.direction].setdefault(key, [])
            found.extend(name for name in nodes if name not in found)
            if message.direction == "in" and len(found) > 1:
                raise GraphError(f"{message.where}: exposed by both {quote(found[0])} and {quote(found[1])}; keep one")
        for exposed in self.graph.exposed_properties:
            targets = part.exposed_properties.setdefault(exposed.name, [])
            targets.extend(self._property_targets(exposed.place, exposed.name, exposed.where))
        return part

    def _nodes(self) -> Iterator[NodeSpec]:
        seen: set[str] = set()
        for node in self.graph.nodes:
            if node.type == "extension":
                specs = [NodeSpec(node.name, node.addon, node.extension_group, node.property or {})]
            elif node.type == "subgraph":
                specs = [replace(spec, name=f"{node.name}_{spec.name}") for spec in self.parts[node.name].nodes]
            else:
                continue
            for spec in specs:
                if spec.name in seen:
                    raise GraphError(
                        f"{self.graph.where}, node {quote(node.name)}: two nodes are named {quote(spec.name)} "
                        "once the subgraphs are put in; rename one of them"
                    )
                seen.add(spec.name)
                yield spec

    def _check_entries(self) -> None:
        seen: set[Place] = set()
        for entry in self.graph.entries:
            if entry.place in seen:
                raise GraphError(f"{entry.where}: {entry.place} has two connection entries; put all its flows into one")
            seen.add(entry.place)
            self._expand(entry.place, entry.where)

    def _edges(self, entry: Entry, flow: Flow) -> Iterator[Edge]:
        for name in flow.names:
            message = (flow.kind, name)
            for end, conversion in flow.ends:
                origin, target = (end, entry.place) if flow.reverse else (entry.place, end)
                for sender in self._expand(origin, flow.where):
                    for receiver in self._expand(target, flow.where):
                        for out in self._message_nodes(sender, message, "out", flow.where):
                            for taker in self._message_nodes(receiver, message, "in", flow.where):
                                yield Edge(out, *message, taker, conversion)

    def _expand(self, place: Place, where: str) -> list[Place]:
        """The extensions and subgraphs that a place stands for; checks that it exists."""
        if place.type == "extension" and ":" in place.name and not place.name.startswith("ten:"):
            self._inner_node(place.name, where)
            return [place]
        if place.name not in self.by_type[place.type]:
            raise GraphError(self._unknown(place, where))
        selector = self.by_type[place.type][place.name].filter
        if selector is None:
            return [place]
        matched = [
            Place(node.type, node.name)
            for node in self.graph.nodes
            if node.filter is None
            and selector.matches(
                {
                    "name": node.name,
                    "addon": node.addon,
                    "type": node.type,
                    "extension_group": node.extension_group,
                }
            )
        ]
        if not matched:
            known = listing("", [node.name for node in self.graph.nodes if node.filter is None])
            raise GraphError(f"{where}: selector {quote(place.name)} matches none of the nodes {known}")
        return matched

    def _unknown(self, place: Place, where: str) -> str:
        for kind, nodes in self.by_type.items():
            if place.name in nodes:
                return f'{where}: node {quote(place.name)} is of type {kind}: write {{"{kind}": {quote(place.name)}}}'
        known = listing(place.name, self.by_type[place.type])
        return f"{where}: there is no {place.type} node {quote(place.name)}; the {place.type} nodes are {known}"

    def _inner_node(self, name: str, where: str) -> str:
        sub, _, rest = name.partition(":")
        if sub not in self.parts:
            raise GraphError(
                f"{where}: {quote(name)}: there is no subgraph node {quote(sub)}; "
                f"the subgraph nodes are {listing(sub, self.parts)}"
            )
        inner = rest.replace(":", "_")
        names = [spec.name for spec in self.parts[sub].nodes]
        if inner not in names:
            known = listing(inner, names)
            raise GraphError(f"{where}: {quote(name)}: subgraph {quote(sub)} has no node {quote(rest)}; it has {known}")
        return f"{sub}_{inner}"

    def _message_nodes(self, place: Place, message: Message, direction: str, where: str) -> list[str]:
        """The extensions that take (in) or send (out) a message for a place."""
        self._expand(place, where)
        if place.type == "extension":
            return [self._inner_node(place.name, where) if place.name not in self.by_type["extension"] else place.name]
        exposed = self.parts[place.name].exposed[direction]
        if message not in exposed:
            kind, name = message
            known = listing(name, [other for other_kind, other in exposed if other_kind == kind])
            raise GraphError(
                f"{where}: subgraph {quote(place.name)} exposes no {kind}_{direction} {quote(name)}; "
                f"its {kind}_{direction} are {known}"
            )
        return [f"{place.name}_{node}" for node in exposed[message]]

    def _property_targets(self, place: Place, key: str, where: str) -> list[tuple[str, str]]:
        self._expand(place, where)
        if place.type == "extension":
            return [(node, key) for node in self._message_nodes(place, ("", ""), "in", where)]
        exposed = self.parts[place.name].exposed_properties
        if key not in exposed:
            raise GraphError(
                f"{where}: subgraph {quote(place.name)} exposes no property {quote(key)}; "
                f"it exposes {listing(key, exposed)}"
            )
        return [(f"{place.name}_{node}", inner_key) for node, inner_key in exposed[key]]
