"""The TEN app: checks the graph, builds the effective property, runs, and tells how it ended."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from ten_runtime import App, TenEnv

from stream_omni.check_table import check_table
from stream_omni.closing import print_closing
from stream_omni.command_line import Options
from stream_omni.effective_property import (
    ChosenGraph,
    choose_graph,
    effective_property,
    resting_property,
    with_replacements,
)
from stream_omni.fetching import fetch_models
from stream_omni.flight_recorder import FlightRecorder
from stream_omni.graph_file import GraphFile, Json, nodes_of
from stream_omni.run_folder import short_path
from stream_omni.runtime import Runtime
from stream_omni.startup_check import NodeCheck, check_graph, replacements_of
from stream_omni.terminal_guard import terminal_kept
from stream_omni.user_error import UserError
from wrappers.clock import VirtualTimeLoop
from wrappers.terminal import terminal_descriptor

INTERRUPTED = 128 + signal.SIGINT


class StreamOmniApp(App):
    """Runs one graph, if the start-up check allows it."""

    def __init__(
        self, file: GraphFile, graph: ChosenGraph, options: Options, runtime: Runtime, console: Console
    ) -> None:
        super().__init__()
        self.status: int | None = None
        """The exit status, where the graph was not to be started; None if it was."""
        self.flight: FlightRecorder | None = None
        """Keeps the conversation; None if the graph was not started."""
        self.graph = graph
        """What is run, with fallbacks in it once the check is over."""
        self.checks: tuple[NodeCheck, ...] = ()
        """What was found out about the nodes."""
        self._file = file
        self._options = options
        self._runtime = runtime
        self._console = console

    def on_configure(self, ten_env: TenEnv) -> None:
        self.checks = check_graph(self._file, self.graph)
        self.status = status_before_start(self.checks, self._options)
        self._show(self.checks)
        property = self._prepare() if self.status is None else resting_property(self.graph)
        ten_env.init_property_from_json(json.dumps(property))
        ten_env.on_configure_done()
        if self.status is not None:
            self.close()

    def _prepare(self) -> Json:
        """Put fallbacks in, open what keeps the run, and return the property to run with."""
        self.graph = with_replacements(self._file, self.graph, replacements_of(self.checks))
        self._tell_recording()
        flight = self.flight = FlightRecorder(self._file, self._options, self._runtime)
        flight.begin(self.graph.entry)
        if flight.watch is not None:
            self.set_observer(flight.watch)
        return effective_property(self._file, self.graph, self._options, flight.folder, flight.for_report)

    def _show(self, checks: tuple[NodeCheck, ...]) -> None:
        name = self.graph.name
        lacking = [check for check in checks if check.replacement or check.downloads]
        if self._options.action != "talk":
            self._console.print(check_table(checks, name, f"Graph {name} on this machine"))
        elif lacking:
            self._console.print(check_table(lacking, name, f"Graph {name}: what is missing on this machine"))
        for check in checks:
            for mistake in check.mistakes:
                print(mistake, file=sys.stderr)
            if check.missing and not check.runs:
                place = f'graph "{self.graph.name}", node "{check.node}", {check.addon}'
                print(f"{place}: {check.missing.what}: {check.missing.mend}", file=sys.stderr)
                if check.missing.trace:
                    print(check.missing.trace, file=sys.stderr)

    def _tell_recording(self) -> None:
        if self.graph.recording is not None:
            kind = "The sample conversation" if self.graph.plays_sample else "The recording"
            place = short_path(self.graph.recording)
            self._console.print(f"{kind} {place} is played as the user.", markup=False, soft_wrap=True)


class FastApp(StreamOmniApp):
    """Lives in virtual time: waits for nothing but work."""

    _loop_factory = VirtualTimeLoop


def status_before_start(checks: tuple[NodeCheck, ...], options: Options) -> int | None:
    """The exit status if the check is the end of it, None if the graph may start."""
    if any(check.mistakes for check in checks):
        return 2
    if not all(check.runs for check in checks):
        return 1
    if options.strict and replacements_of(checks):
        return 2
    return None if options.action == "talk" else 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended."""

    status: int
    """For the exit of the process."""
    folder: Path | None = None
    """What is kept of the conversation; None if there was none, or nothing is kept."""


def run_app(file: GraphFile, options: Options, runtime: Runtime, console: Console) -> Outcome:
    """Hold the conversation, or only check whether it could be held. Raises UserError."""
    graph = choose_graph(file, options)
    if options.fast and runtime.name == "native":
        raise UserError("--fast: native TEN has no virtual time; set STREAM_OMNI_RUNTIME=embedded")
    console.print(f"Graph {graph.name}, {runtime.name} TEN runtime.")
    if options.action == "talk" and file.options.keyboard_node in nodes_of(graph.entry):
        _tell_keys(graph, options, console)
    app = (FastApp if options.fast else StreamOmniApp)(file, graph, options, runtime, console)
    with terminal_kept(runtime):
        app.run(False)
    if app.flight is not None:
        app.flight.close()
    failure = getattr(app, "failure", "")  # native TEN only logs it
    if app.status is not None or app.flight is None:
        if failure:
            print(failure, file=sys.stderr)
        if options.action == "download" and app.status != 2 and not failure:
            return Outcome(fetch_models(app.checks, console))
        return Outcome(2 if failure else app.status or 0)
    status = print_closing(file, app.graph, options, app.flight.folder, app.flight.errors, console, failure)
    was_interrupted = getattr(app, "closing_signal", None) == signal.SIGINT
    return Outcome(INTERRUPTED if was_interrupted else status, app.flight.folder)


def _tell_keys(graph: ChosenGraph, options: Options, console: Console) -> None:
    has_terminal = terminal_descriptor() is not None
    if options.push_to_talk and graph.recording is not None:
        raise UserError("--push-to-talk: a recording is the user, so there is no microphone to open")
    if options.push_to_talk and not has_terminal:
        raise UserError("--push-to-talk: there is no terminal to press Space in; start the app in one")
    if has_terminal:
        space = "opens and closes the microphone" if options.push_to_talk else "interrupts the agent"
        mute = "" if graph.recording is not None else "m mutes the microphone, "
        console.print(f"Keys: Space {space}, {mute}q ends.")
