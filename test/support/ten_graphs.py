"""Small graphs for tests of the runtime: classes in, a finished run out.

    run_graph({"a": Asker, "b": Answerer}, connect("a", "cmd", "ask", "b"))

The addons are registered under names that nobody else uses. One of the extensions must end the run with `close_app`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ten_runtime import Addon, App, AsyncTenEnv, Cmd, Loc, TenEnv, register_addon_as_extension

Node = Callable[[str], Any]
"""Makes an extension from its node name; usually its class."""
Connection = tuple[str, str, str, tuple[Any, ...]]
PATIENCE_S = 30
"""A run that takes longer hangs."""
_numbers = itertools.count()


def register(make: Node) -> str:
    """Register an addon that makes the extension; returns its name."""
    addon_name = f"test_addon_{next(_numbers)}"

    @register_addon_as_extension(addon_name)
    class TestAddon(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            ten_env.on_create_instance_done(make(name), context)

    return addon_name


def connect(sender: str, kind: str, message: str, *targets: Any) -> Connection:
    """A flow of a graph; a target is a node name, or a dict for more than that."""
    return sender, kind, message, targets


def make_graph(
    nodes: Mapping[str, Node | str],
    *connections: Connection,
    properties: Mapping[str, Any] | None = None,
    groups: Mapping[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A graph in TEN's JSON form.

    nodes: by name, the extension class or the name of an addon
    more: further keys of the graph, such as exposed_messages
    """
    entries = []
    for name, make in nodes.items():
        addon = make if isinstance(make, str) else register(make)
        entry: dict[str, Any] = {"type": "extension", "name": name, "addon": addon}
        if name in (properties or {}):
            entry["property"] = (properties or {})[name]
        if name in (groups or {}):
            entry["extension_group"] = (groups or {})[name]
        entries.append(entry)
    flows: dict[str, dict[str, Any]] = {}
    for sender, kind, message, targets in connections:
        dest = [target if isinstance(target, dict) else {"extension": target} for target in targets]
        flows.setdefault(sender, {"extension": sender}).setdefault(kind, []).append({"name": message, "dest": dest})
    return {"nodes": entries, "connections": list(flows.values()), **more}


class GraphApp(App):
    """An app whose properties come from the test."""

    def __init__(self, ten: Mapping[str, Any], **properties: Any) -> None:
        self.properties = {"ten": dict(ten), **properties}

    def on_configure(self, ten_env: TenEnv) -> None:
        ten_env.init_property_from_json(json.dumps(self.properties))
        ten_env.on_configure_done()


def predefined(name: str, graph: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An entry of `predefined_graphs`, started with the app."""
    return {"name": name, "auto_start": True, "graph": graph, **more}


def run_app(app: App) -> App:
    """Run an app to its end; fails if that does not come."""
    app.run(run_in_background=True)
    waiter = threading.Thread(target=app.wait, daemon=True)
    waiter.start()
    waiter.join(PATIENCE_S)
    assert not waiter.is_alive(), "the app does not end"
    return app


def run_graph(nodes: Mapping[str, Node | str], *connections: Connection, **more: Any) -> App:
    """Run one graph until one of its extensions closes the app; see `make_graph`."""
    return run_app(GraphApp({"predefined_graphs": [predefined("test", make_graph(nodes, *connections, **more))]}))


_closing: set[asyncio.Task[Any]] = set()


def close_app(ten_env: AsyncTenEnv) -> None:
    """Close the app from an async extension, in a task: it is answered only when the extension ends."""
    task = asyncio.get_running_loop().create_task(_send_close(ten_env))
    _closing.add(task)
    task.add_done_callback(_closing.discard)


async def _send_close(ten_env: AsyncTenEnv) -> None:
    await ten_env.send_cmd(close_cmd())


def close_cmd() -> Cmd:
    cmd = Cmd.create("ten:close_app")
    cmd.set_dests([Loc("")])
    return cmd


def detail(message: Any) -> str:
    return message.get_property_string("detail")[0]


def names(items: Sequence[Any]) -> list[str]:
    return [item.get_name() for item in items]
