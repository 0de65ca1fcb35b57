"""The graphs of property.json, for `--list-graphs`."""

from __future__ import annotations

from rich.table import Table

from stream_omni.graph_file import GraphFile, nodes_of


def graph_table(file: GraphFile) -> Table:
    """One line per graph: its name, whether it is the default, and its engines."""
    table = Table(title="Graphs of property.json", title_justify="left")
    for heading in ("graph", "", "nodes"):
        table.add_column(heading, overflow="fold")
    for name in file.names:
        nodes = nodes_of(file.entry(name)).values()
        engines = ", ".join(f"{node['name']}: {node.get('addon', '?')}" for node in nodes)
        table.add_row(name, "default" if name == file.default_name else "", engines)
    return table
