"""The graphs of an app: those that its properties define, and those that run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._engine import Engine
from ._errors import GraphError
from ._graph import FlatGraph, parse_graph
from ._json_shape import listing, quote
from ._receivers import Nowhere, Receiver, refuse
from .log_level import LogLevel

if TYPE_CHECKING:
    from ._app_core import AppCore
    from ._app_settings import PredefinedGraph
    from ._body import Body, Place

Started = Callable[[Engine, str], None]
"""Told that a graph has started, or with a text why not."""
NOT_FOUND = "Graph not found."


class RunningGraphs:
    """Changed on the thread of the app only; read from any thread."""

    def __init__(self, app: AppCore) -> None:
        self._app = app
        self._engines: dict[str, Engine] = {}
        """By id: those that start, run or stop."""
        self._predefined: dict[str, tuple[PredefinedGraph, FlatGraph]] = {}
        self._singletons: dict[str, Engine] = {}
        """By name."""
        self._waiting: dict[str, list[tuple[str | None, Body]]] = {}
        """Messages for singletons that are starting."""

    @property
    def has_any(self) -> bool:
        return bool(self._engines)

    def load(self, graphs: dict[str, PredefinedGraph]) -> None:
        """Check all predefined graphs; one that is wrong closes the app."""
        for name, predefined in graphs.items():
            try:
                self._predefined[name] = (predefined, self.parse(predefined.graph, predefined.where))
            except GraphError as error:
                self._app.is_closing = True
                self._app.fail(str(error))

    def parse(self, graph: Any, where: str) -> FlatGraph:
        """Raises GraphError."""
        return parse_graph(graph, base_dir=self._app.base_dir, where=where, app_uri=self._app.uri or "")

    def start_automatic_ones(self) -> None:
        for name, (predefined, _) in self._predefined.items():
            if predefined.auto_start and not self._app.is_closing:
                self.start_predefined(name, None, False, self._started_automatically)

    def start_predefined(self, name: str, starter: Place | None, sync_stop: bool, on_started: Started) -> None:
        """Start one more instance of a predefined graph. Raises GraphError for an unknown name."""
        if name not in self._predefined:
            raise GraphError(f"there is no predefined graph {quote(name)}; there are {listing(name, self._predefined)}")
        predefined, flat = self._predefined[name]
        engine = Engine(self._app, flat, predefined.where, starter=starter, sync_stop=sync_stop or predefined.sync_stop)
        if predefined.singleton:
            self._singletons[name] = engine
        self.start(engine, on_started)

    def start(self, engine: Engine, on_started: Started) -> None:
        if self._app.is_closing:
            on_started(engine, "The app is closing.")
            return
        self._engines[engine.id] = engine

        def started(error: str) -> None:
            if error:
                self._forget(engine)
            on_started(engine, error)
            if error:
                self._app.graph_ended()

        engine.start(started)

    def stop(self, graph_id: str, on_gone: Callable[[], None]) -> bool:
        """False if there is no such graph."""
        engine = self._engines.get(graph_id)
        if engine is None:
            return False
        engine.on_gone.append(on_gone)
        engine.stop()
        return True

    def stop_all(self) -> None:
        for engine in self._engines.values():
            engine.stop()

    def ended(self, engine: Engine) -> None:
        self._forget(engine)
        self._app.graph_ended()

    def find_receiver(self, graph: str, extension: str | None, body: Body) -> Receiver:
        """Where a message for another graph goes, which is given by its id, or by its name if it is a singleton."""
        engine = self._engines.get(graph) or self._singletons.get(graph)
        if engine is not None and engine.has_begun:
            return engine.entrance(extension, body)
        if graph in self._predefined and self._predefined[graph][0].singleton:
            return _Singleton(self, graph, extension)
        return Nowhere(self._app, NOT_FOUND)

    def deliver_to_singleton(self, name: str, extension: str | None, body: Body) -> None:
        """Start a singleton if it does not run, and give it a message; from any thread."""
        self._app.executor.post(self._deliver, (name, extension, body))

    def _deliver(self, job: tuple[str, str | None, Body]) -> None:
        name, extension, body = job
        engine = self._singletons.get(name)
        if engine is not None and engine.has_begun:
            engine.entrance(extension, body).receive(body)
            return
        self._waiting.setdefault(name, []).append((extension, body))
        if engine is None:
            self.start_predefined(name, None, False, lambda engine, error: self._singleton_started(name, engine, error))

    def _singleton_started(self, name: str, engine: Engine, error: str) -> None:
        if error:
            self._app.log(LogLevel.ERROR, error)
        for extension, body in self._waiting.pop(name, []):
            if error:
                refuse(body, NOT_FOUND)
            else:
                engine.entrance(extension, body).receive(body)

    def _started_automatically(self, engine: Engine, error: str) -> None:
        if error:
            self._app.fail(error)

    def _forget(self, engine: Engine) -> None:
        self._engines.pop(engine.id, None)
        for name, singleton in list(self._singletons.items()):
            if singleton is engine:
                del self._singletons[name]


class _Singleton:
    """A predefined graph that is started by the first message to it."""

    def __init__(self, graphs: RunningGraphs, name: str, extension: str | None) -> None:
        self.label = extension or name
        self._graphs = graphs
        self._name = name
        self._extension = extension

    def receive(self, body: Body) -> None:
        self._graphs.deliver_to_singleton(self._name, self._extension, body)
