"""Small property.json contents for tests of the app."""

from typing import Any

Json = dict[str, Any]


def node(name: str, addon: str, **properties: Any) -> Json:
    """A node of a graph."""
    return {"type": "extension", "name": name, "addon": addon, "property": properties}


def graph(name: str, nodes: list[Json], connections: list[Json] | None = None, auto_start: bool = False) -> Json:
    """An entry of `predefined_graphs`."""
    content = {"nodes": nodes, "connections": connections or []}
    return {"name": name, "auto_start": auto_start, "graph": content}


def property_json(*graphs: Json, **stream_omni: Any) -> Json:
    """The content of a property.json; keywords go into its section `stream_omni`."""
    return {"ten": {"predefined_graphs": list(graphs)}, "stream_omni": stream_omni}
