"""Lets the graph, or a changed one, hear a recorded conversation again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from stream_omni.command_line import Options
from stream_omni.comparison import print_comparison, print_limits
from stream_omni.graph_file import GraphFile, Json, nodes_of
from stream_omni.kept_runs import find_run, held
from stream_omni.run_figures import changed_words, figures_of
from stream_omni.run_folder import short_path
from stream_omni.runtime import Runtime
from stream_omni.setting import Setting
from stream_omni.user_error import UserError
from wrappers.report import (
    ABOUT,
    EVENTS,
    GRAPH,
    TRANSCRIPT,
    Event,
    Utterance,
    read_errors,
    read_events,
    read_transcript,
)

ECHO_ADDON = "echo_suppressor_python"
Pace = Literal["real", "virtual"]


class RecordedRun:
    """The folder of a run, read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def pace(self) -> Pace:
        """Whether its times are those of a clock."""
        return "virtual" if self._json(ABOUT).get("pace") == "virtual" else "real"

    @property
    def graph(self) -> Json:
        """The graph's entry, as it ran. Raises UserError if it was not kept."""
        entry = self._json(GRAPH)
        if "graph" not in entry:
            raise UserError(f"{short_path(self.folder / GRAPH)} holds no graph; name one of property.json with --graph")
        return entry

    @property
    def transcript(self) -> list[Utterance]:
        with suppress(OSError):
            return read_transcript(self.folder / TRANSCRIPT)
        return []

    @property
    def figures(self) -> dict[str, float]:
        """The run in figures."""
        with suppress(OSError):
            return figures_of(self.transcript, read_errors(self.folder / EVENTS))
        return figures_of(self.transcript, [])

    def track(self, wanted: str | None) -> Path:
        """The recording that is heard: without a wish, the microphone after the echo suppressor, where there was one.

        raises UserError if it was not recorded
        """
        names = [wanted] if wanted else ["clean_microphone", "microphone"]
        found = [path for name in names if (path := self.folder / f"{name}.wav").exists()]
        if not found:
            raise UserError(f"{short_path(self.folder)} has no track {names[-1]}")
        return found[0]

    def sent_by(self, node: str) -> list[Event]:
        """The commands of one node."""
        with suppress(OSError):
            events = read_events(self.folder / EVENTS)
            return [event for event in events if event.source == node and event.kind == "cmd"]
        return []

    def _json(self, name: str) -> Json:
        try:
            content: Any = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


@contextmanager
def replayed(file: GraphFile, options: Options, runtime: Runtime) -> Iterator[tuple[RecordedRun, GraphFile, Options]]:
    """The recorded run, which nobody deletes meanwhile, and with what file and options the app hears it again.

    raises UserError if there is no such run, or if it cannot be heard
    """
    assert options.replay is not None
    folder = find_run(file.folder, options.replay)
    with held(folder):
        run = RecordedRun(folder)
        if options.graph is None:
            file = _file_of(run.graph, file)
        yield run, file, _options_of(run, file, options, runtime)


def announce(run: RecordedRun, options: Options, file: GraphFile, console: Console) -> None:
    """Say what is replayed, and what is not."""
    pace = "in virtual time, without waiting" if options.fast else "in real time"
    console.print(f"Replay of {short_path(run.folder)}, {pace}.", markup=False, soft_wrap=True)
    if run.sent_by(file.options.keyboard_node):
        console.print("Keys were pressed in it; they are not pressed again.")


def compare(run: RecordedRun, folder: Path, options: Options, console: Console) -> bool:
    """Show the recording beside its replay, which lies in `folder`; returns whether a limit was passed."""
    replay = RecordedRun(folder)
    changes = changed_words(run.transcript, replay.transcript)
    figures = replay.figures | {"changed_words": sum(change.words for change in changes)}
    same_pace = run.pace == replay.pace
    print_comparison(run.figures | {"changed_words": 0}, figures, changes, console, same_pace=same_pace)
    return print_limits(options.limits, figures, console)


def _file_of(entry: Json, file: GraphFile) -> GraphFile:
    """A property.json that holds the recorded graph and nothing else; the user's own file is in it already."""
    report = nodes_of(entry).get(file.options.report_node, {}).get("property", {})
    for key in ("run_dir", "recording"):  # the replay is kept in a folder of its own
        report.pop(key, None)
    options = {key: value for key, value in file.root.get("stream_omni", {}).items() if key != "default_graph"}
    ten = {key: value for key, value in file.root["ten"].items() if key != "predefined_graphs"}
    return GraphFile(file.folder, {"ten": ten | {"predefined_graphs": [entry]}, "stream_omni": options})


def _options_of(run: RecordedRun, file: GraphFile, options: Options, runtime: Runtime) -> Options:
    track = run.track(options.track)
    settings = options.settings
    echo = nodes_of(file.entry(options.graph)).get(file.options.echo_node, {})
    if track.stem == "clean_microphone" and echo.get("addon") == ECHO_ADDON:
        settings = (Setting(file.options.echo_node, "mode", "off"), *settings)  # its work is in the recording
    needs_real_time = options.real_time or any(limit.needs_real_time for limit in options.limits)
    is_fast = options.fast or not (needs_real_time or runtime.name == "native")
    return dataclasses.replace(options, input=track, settings=settings, fast=is_fast, replay=run.folder.name)
