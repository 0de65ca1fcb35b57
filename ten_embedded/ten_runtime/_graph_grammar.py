"""Reads the JSON of one graph, without its imports, into typed parts. Says where a user's mistake is."""

import re
from dataclasses import dataclass
from typing import Any, Final

from ._conversion import Conversion, parse_conversion
from ._errors import GraphError
from ._graph_selector import Filter, parse_filter
from ._json_shape import Shape, listing, quote, show
from ._properties import copy_tree

KINDS: Final = ("cmd", "data", "audio_frame", "video_frame")
PLACE_TYPES: Final = ("extension", "subgraph", "selector")
DEFAULT_EXTENSION_GROUP: Final = "default_extension_group"

_NODE_NAME = re.compile(r"(ten:)?[A-Za-z_][A-Za-z0-9_]*")
_EXPOSED_TYPES: Final = tuple(f"{kind}_{direction}" for kind in KINDS for direction in ("in", "out"))
_shape = Shape(GraphError)


@dataclass(frozen=True)
class Place:
    """A node as a connection names it; an extension may be `subgraph:node`."""

    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.type} {quote(self.name)}"


@dataclass(frozen=True)
class Node:
    type: str
    name: str
    addon: str = ""
    extension_group: str = DEFAULT_EXTENSION_GROUP
    import_uri: str = ""
    filter: Filter | None = None
    property: dict[str, Any] | None = None


@dataclass(frozen=True)
class Flow:
    """Messages of one kind and their far ends; `reverse` ones come from there."""

    kind: str
    names: tuple[str, ...]
    ends: tuple[tuple[Place, Conversion | None], ...]
    reverse: bool
    where: str


@dataclass(frozen=True)
class Entry:
    place: Place
    flows: tuple[Flow, ...]
    where: str


@dataclass(frozen=True)
class ExposedMessage:
    kind: str
    direction: str
    name: str
    place: Place
    where: str


@dataclass(frozen=True)
class ExposedProperty:
    name: str
    place: Place
    where: str


@dataclass(frozen=True)
class RawGraph:
    nodes: tuple[Node, ...]
    entries: tuple[Entry, ...]
    exposed_messages: tuple[ExposedMessage, ...]
    exposed_properties: tuple[ExposedProperty, ...]
    where: str


def parse_raw_graph(raw: dict[str, Any], where: str, app_uri: str) -> RawGraph:
    """Check the grammar of `raw`; names are looked up later. Raises GraphError."""
    optional = ("connections", "exposed_messages", "exposed_properties")
    _shape.keys(raw, where, required=("nodes",), optional=optional)
    parser = _Parser(where, app_uri)
    return RawGraph(
        nodes=parser.nodes(raw["nodes"]),
        entries=tuple(parser.entry(item, place) for place, item in parser.items(raw, "connections")),
        exposed_messages=tuple(
            parser.exposed_message(item, place) for place, item in parser.items(raw, "exposed_messages")
        ),
        exposed_properties=tuple(
            parser.exposed_property(item, place) for place, item in parser.items(raw, "exposed_properties")
        ),
        where=where,
    )


class _Parser:
    def __init__(self, where: str, app_uri: str) -> None:
        self.where = where
        self.app_uri = app_uri

    def items(self, raw: dict[str, Any], key: str) -> list[tuple[str, Any]]:
        return list(_shape.items(raw.get(key, []), f"{self.where}, {key}"))

    def nodes(self, raw: Any) -> tuple[Node, ...]:
        items = list(_shape.items(raw, f"{self.where}, nodes"))
        nodes: dict[str, Node] = {}
        for place, item in items:
            node = self.node(item, place)
            if node.name in nodes:
                raise GraphError(f"{self.where}, node {quote(node.name)}: two nodes have this name; rename one of them")
            nodes[node.name] = node
        with_app = [item["name"] for _, item in items if item.get("app")]
        without = [item["name"] for _, item in items if not item.get("app") and item["type"] == "extension"]
        if with_app and without:
            raise GraphError(
                f'{self.where}, node {quote(without[0])}: "app" is missing, but node {quote(with_app[0])} has one; '
                "give it to all nodes or to none"
            )
        return tuple(nodes.values())

    def node(self, raw: Any, where: str) -> Node:
        name = _shape.object(raw, where).get("name")
        if isinstance(name, str) and name:
            where = f"{self.where}, node {quote(name)}"
        if "type" not in raw:
            raise GraphError(f'{where}: "type" is missing; it is one of {", ".join(PLACE_TYPES)}')
        kind = _shape.one_of(raw["type"], f"{where}, type", PLACE_TYPES)
        if kind == "extension":
            _shape.keys(raw, where, required=("type", "name", "addon"), optional=("extension_group", "app", "property"))
        elif kind == "subgraph":
            _shape.keys(raw, where, required=("type", "name", "graph"), optional=("property",))
        else:
            _shape.keys(raw, where, required=("type", "name", "filter"))
        self.app(raw, where)
        return Node(
            type=kind,
            name=self.node_name(raw["name"], where),
            addon=_shape.string(raw["addon"], f"{where}, addon") if kind == "extension" else "",
            extension_group=_shape.string(
                raw.get("extension_group", DEFAULT_EXTENSION_GROUP), f"{where}, extension_group"
            ),
            import_uri=self.subgraph_uri(raw["graph"], f"{where}, graph") if kind == "subgraph" else "",
            filter=parse_filter(raw["filter"], f"{where}, filter") if kind == "selector" else None,
            property=copy_tree(_shape.object(raw.get("property", {}), f"{where}, property")),
        )

    def node_name(self, raw: Any, where: str) -> str:
        name = _shape.string(raw, f"{where}, name")
        if not _NODE_NAME.fullmatch(name):
            raise GraphError(f"{where}: the name {quote(name)} may hold letters, digits and _ only, and no digit first")
        return name

    def subgraph_uri(self, raw: Any, where: str) -> str:
        return _shape.string(_shape.keys(raw, where, required=("import_uri",))["import_uri"], f"{where}.import_uri")

    def app(self, raw: dict[str, Any], where: str) -> None:
        app = raw.get("app", "")
        if not isinstance(app, str):
            raise GraphError(f"{where}, app: expected a string, found {show(app)}")
        if app not in ("", self.app_uri) or app == "localhost":
            own = f"the uri of this app is {quote(self.app_uri)}" if self.app_uri else "this app has no uri"
            raise GraphError(
                f"{where}, app: {quote(app)} is another app ({own}). "
                'Graphs over several apps are not supported; remove "app"'
            )

    def place(self, raw: dict[str, Any], where: str, types: tuple[str, ...] = PLACE_TYPES) -> Place:
        named = [kind for kind in types if kind in raw]
        if len(named) != 1:
            found = " and ".join(named) if named else f"none (the keys found are {listing('', raw)})"
            raise GraphError(f"{where}: exactly one of {', '.join(types)} must be given, found {found}")
        self.app(raw, where)
        return Place(named[0], _shape.string(raw[named[0]], f"{where}, {named[0]}"))

    def entry(self, raw: Any, where: str) -> Entry:
        place = self.place(_shape.object(raw, where), where)
        where = f"{self.where}, connection of {place}"
        _shape.keys(raw, where, required=(), optional=(*PLACE_TYPES, "app", *KINDS))
        flows = [
            self.flow(item, kind, f"{where}, {kind}[{index}]", where)
            for kind in KINDS
            if kind in raw
            for index, (_, item) in enumerate(_shape.items(raw[kind], f"{where}, {kind}"))
        ]
        seen: set[tuple[str, str]] = set()
        for flow in flows:
            for name in () if flow.reverse else flow.names:
                if (flow.kind, name) in seen:
                    raise GraphError(f"{where}: {flow.kind} {quote(name)} is in two flows; put all its dest into one")
                seen.add((flow.kind, name))
        return Entry(place, tuple(flows), where)

    def flow(self, raw: Any, kind: str, where: str, entry_where: str) -> Flow:
        fields = _shape.keys(raw, where, required=(), optional=("name", "names", "dest", "source"))
        _exactly_one(fields, ("name", "names"), where)
        if "name" in fields:
            names = [_shape.string(fields["name"], f"{where}.name")]
            where = f"{entry_where}, {kind} {quote(names[0])}"
        else:
            names = _shape.strings(fields["names"], f"{where}.names")
            if not names:
                raise GraphError(f"{where}.names: needs at least one name")
            if len(set(names)) < len(names):
                twice = next(name for name in names if names.count(name) > 1)
                raise GraphError(f"{where}.names: {quote(twice)} is given twice")
        _exactly_one(fields, ("dest", "source"), where)
        reverse = "source" in fields
        key = "source" if reverse else "dest"
        ends = tuple(
            self.end(item, kind, f"{where}, {key}[{index}]", reverse, several="names" in fields)
            for index, (_, item) in enumerate(_shape.items(fields[key], f"{where}, {key}"))
        )
        return Flow(kind, tuple(names), ends, reverse, where)

    def end(self, raw: Any, kind: str, where: str, reverse: bool, several: bool) -> tuple[Place, Conversion | None]:
        converts = () if reverse else ("msg_conversion",)
        fields = _shape.keys(raw, where, required=(), optional=(*PLACE_TYPES, "app", *converts))
        place = self.place(fields, where)
        if "msg_conversion" not in fields:
            return place, None
        if several or place.type == "selector":
            reason = 'with "names"' if several else "for a selector"
            raise GraphError(f"{where}: msg_conversion is not allowed {reason}; write one flow per name and extension")
        return place, parse_conversion(fields["msg_conversion"], kind, f"{where}, msg_conversion")

    def exposed_message(self, raw: Any, where: str) -> ExposedMessage:
        fields = _shape.keys(raw, where, required=("type", "name"), optional=PLACE_TYPES[:2])
        kind, _, direction = _shape.one_of(fields["type"], f"{where}.type", _EXPOSED_TYPES).rpartition("_")
        name = _shape.string(fields["name"], f"{where}.name")
        where = f"{self.where}, exposed_messages, {fields['type']} {quote(name)}"
        return ExposedMessage(kind, direction, name, self.place(fields, where, PLACE_TYPES[:2]), where)

    def exposed_property(self, raw: Any, where: str) -> ExposedProperty:
        fields = _shape.keys(raw, where, required=("name",), optional=PLACE_TYPES[:2])
        name = _shape.string(fields["name"], f"{where}.name")
        where = f"{self.where}, exposed_properties, {quote(name)}"
        return ExposedProperty(name, self.place(fields, where, PLACE_TYPES[:2]), where)


def _exactly_one(fields: dict[str, Any], keys: tuple[str, str], where: str) -> None:
    found = [key for key in keys if key in fields]
    if len(found) != 1:
        text = "both" if found else f"neither (the keys found are {listing('', fields)})"
        raise GraphError(f'{where}: exactly one of "{keys[0]}" and "{keys[1]}" must be given, found {text}')
