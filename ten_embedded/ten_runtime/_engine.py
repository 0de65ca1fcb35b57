"""One running graph: makes its extensions, connects them, and ends when all are gone."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._errors import ConfigError
from ._executor import ThreadExecutor
from ._json_shape import quote
from ._loop_thread import LoopThread
from ._node import Node
from ._package_files import PackageFiles
from ._receivers import Exit, Nowhere, Receiver, Target
from .addon_manager import UnknownAddon
from .log_level import LogLevel
from .ten_env import TenEnv

if TYPE_CHECKING:
    from ._app_core import AppCore
    from ._body import Body, Place
    from ._executor import Executor
    from ._graph import FlatGraph, NodeSpec
    from .loc import Loc


class Engine:
    """Its bookkeeping happens on the thread of the app; what other threads call is said to be for any thread.

    where: file and graph, the beginning of error texts
    starter: the extension that started the graph; messages that leave the graph go to it
    sync_stop: no extension begins `on_deinit` before all have ended `on_stop`
    """

    def __init__(
        self, app: AppCore, flat: FlatGraph, where: str, *, starter: Place | None = None, sync_stop: bool = False
    ) -> None:
        self.app = app
        self.id = str(uuid.uuid4())
        self.nodes: dict[str, Node] = {}
        self.on_gone: list[Callable[[], None]] = []
        """Called when the last extension is gone."""
        self.has_begun = False
        """Whether the extensions are there and take messages."""
        self._flat = flat
        self._where = where
        self._starter = starter
        self._sync_stop = sync_stop
        self._groups: dict[str, ThreadExecutor] = {}
        self._loop_threads: list[LoopThread] = []
        """Of extensions that share none."""
        self._alive = 0
        self._stopped = 0
        self._is_stopping = False

    # -- start --

    def start(self, on_started: Callable[[str], None]) -> None:
        """Make all extensions, then begin their life cycles. `on_started` gets what went wrong, or an empty text."""
        instances: dict[str, tuple[Any, PackageFiles]] = {}

        def made(argument: tuple[str, PackageFiles, Any]) -> None:
            name, files, instance = argument
            if name in instances:
                self.app.log(LogLevel.WARN, f"{self.describe_node(name)}: on_create_instance_done came twice; ignored")
                return
            instances[name] = (instance, files)
            if not hasattr(instance, "_ten_runner"):
                on_started(f"{self.describe_node(name)}: its addon made {instance!r}, which is no extension")
            elif len(instances) == len(self._flat.nodes):
                self._begin(instances)
                on_started("")

        for spec in self._flat.nodes:
            try:
                addon = self.app.find_addon(spec.addon)
                files = self.app.package_files(addon)
            except (ConfigError, UnknownAddon) as error:
                on_started(f"{self.describe_node(spec.name)}: {error}")
                return
            self._make_instance(spec, addon.addon, files, made)

    def _make_instance(self, spec: NodeSpec, addon: Any, files: PackageFiles, made: Callable[[Any], None]) -> None:
        def context(instance: Any) -> None:
            self.app.executor.post(made, (spec.name, files, instance))

        try:
            addon.on_create_instance(TenEnv(self.app), spec.name, context)
        except Exception as error:
            self.app.die_of(error, f"{self.describe_node(spec.name)}, on_create_instance: ")

    def _begin(self, instances: dict[str, tuple[Any, PackageFiles]]) -> None:
        for spec in self._flat.nodes:
            instance, files = instances[spec.name]
            node = Node(spec, files, self, instance._ten_executor(self, spec.extension_group))
            node.runner = instance._ten_runner(node)
            self.nodes[spec.name] = node
        self._connect()
        self._alive = len(self.nodes)
        self.has_begun = True
        for node in self.nodes.values():
            node.begin()
        if self._is_stopping:
            self._close_nodes(None)

    def _connect(self) -> None:
        flows: dict[str, dict[tuple[str, str], list[Target]]] = {name: {} for name in self.nodes}
        for (sender, kind, message), targets in self._flat.routes.items():
            flows[sender][kind, message] = [(self.nodes[target.node], target.conversion) for target in targets]
        if self._starter is not None:
            for sender, kind, message in self._flat.exposed_out:
                flows[sender].setdefault((kind, message), []).append((Exit(self.app, self._starter), None))
        for name, node in self.nodes.items():
            node.outbox.flows = flows[name]
            node.outbox.peer = self.nodes.get(self.app.peers.get(name, ""))

    def group_executor(self, group: str) -> Executor:
        """The thread of an extension group; started for its first extension."""
        if group not in self._groups:
            executor = self._groups[group] = ThreadExecutor(self.app.loop_thread.hold_time)
            executor.on_backlog = self.app.warn_of_backlog
            executor.serve_on_thread(f"ten:{group or 'group'}")
        return self._groups[group]

    def loop_thread_for(self, extension: object) -> LoopThread:
        """The loop of an async extension: the shared one, unless the environment asks for a thread for each."""
        if os.environ.get("TEN_PYTHON_THREAD_MODE") != "multi_thread":
            return self.app.loop_thread
        thread = LoopThread(f"ten:{getattr(extension, 'name', '')}")
        self._loop_threads.append(thread)
        return thread

    # -- any thread --

    def stop(self) -> None:
        self.app.executor.post(self._close_nodes, None)

    def node_stopped(self, node: Node) -> None:
        """An extension has ended `on_stop`."""
        if self._sync_stop:
            self.app.executor.post(self._count_stopped, node)
        else:
            node.go_to_deinit()

    def node_gone(self, node: Node) -> None:
        """An extension has ended `on_deinit`."""
        self.app.executor.post(self._count_gone, node)

    def find_receiver(self, loc: Loc, body: Body) -> Receiver:
        """Where a message goes that an extension of this graph sends to `loc`."""
        if not self.app.is_own_uri(loc.app_uri):
            return Nowhere(self.app, f'The app "{loc.app_uri}" cannot be reached: this runtime opens no connections.')
        if not loc.graph_id and not loc.extension_name:
            return self.app
        if not loc.graph_id or loc.graph_id == self.id:
            return self.entrance(loc.extension_name, body)
        return self.app.graphs.find_receiver(loc.graph_id, loc.extension_name, body)

    def entrance(self, extension: str | None, body: Body) -> Receiver:
        """An extension of this graph; without a name, the one that the graph exposes for this message."""
        name = extension or self._flat.exposed_in.get((body.kind, body.name))
        if name in self.nodes:
            return self.nodes[name]
        return Nowhere(self.app, "Failed to find destination.")

    def describe_node(self, name: str) -> str:
        return f"{self._where}, node {quote(name)}"

    # -- end --

    def _close_nodes(self, _argument: None) -> None:
        self._is_stopping = True
        for node in self.nodes.values():
            node.close()

    def _count_stopped(self, _node: Node) -> None:
        self._stopped += 1
        if self._stopped == len(self.nodes):
            for node in self.nodes.values():
                node.go_to_deinit()

    def _count_gone(self, _node: Node) -> None:
        self._alive -= 1
        if self._alive:
            return
        for group in self._groups.values():
            group.stop()
        for thread in self._loop_threads:
            thread.stop()
        self.app.graphs.ended(self)
        for callback in self.on_gone:
            callback()
