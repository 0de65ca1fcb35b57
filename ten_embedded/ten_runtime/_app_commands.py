"""The commands that an app itself carries out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._body import Body, CmdBody, ResultBody, StartGraphBody, StopGraphBody
from ._engine import Engine
from ._errors import GraphError
from .log_level import LogLevel

if TYPE_CHECKING:
    from ._app_core import AppCore

_OK, _ERROR = 0, 1


class AppCommands:
    """Runs on the thread of the app."""

    def __init__(self, app: AppCore) -> None:
        self._app = app

    def take(self, body: Body) -> None:
        match body:
            case StartGraphBody():
                self._start_graph(body)
            case StopGraphBody():
                self._stop_graph(body)
            case CmdBody(name="ten:close_app"):
                self._app.close()  # its answer comes when the sender itself ends
            case CmdBody():
                self._answer(body, _ERROR, f"The app does not know the command {body.name}.")
            case _:
                self._app.log(LogLevel.WARN, f"{body.kind} '{body.name}' is dropped: the app takes commands only")

    def _start_graph(self, body: StartGraphBody) -> None:
        def started(engine: Engine, error: str) -> None:
            if error:
                self._app.log(LogLevel.ERROR, error)
                self._answer(body, _ERROR, error)
            else:
                self._answer(body, _OK, graph_id=engine.id)

        graphs = self._app.graphs
        sync_stop = body.sync_stop_before_deinit
        try:
            if body.predefined_graph_name:
                graphs.start_predefined(body.predefined_graph_name, body.source, sync_stop, started)
            elif body.graph is not None:
                where = f"start_graph from {body.source[2]}"
                flat = graphs.parse(body.graph, where)
                graphs.start(Engine(self._app, flat, where, starter=body.source, sync_stop=sync_stop), started)
            else:
                self._answer(body, _ERROR, "start_graph: neither a graph nor the name of a predefined one was set")
        except GraphError as error:
            self._answer(body, _ERROR, str(error))

    def _stop_graph(self, body: StopGraphBody) -> None:
        graph_id = body.graph_id or body.source[1] or ""
        if not self._app.graphs.stop(graph_id, lambda: self._answer(body, _OK, "close engine done")):
            self._answer(body, _ERROR, "Failed to find the engine to be shut down.")

    def _answer(self, body: CmdBody, status_code: int, detail: str = "", **properties: str) -> None:
        if body.call is None:
            return
        result = ResultBody.answer(status_code, body.call, detail)
        result.properties.update(properties)
        result.source = (self._app.uri, None, None)
        body.call.answer(result)
