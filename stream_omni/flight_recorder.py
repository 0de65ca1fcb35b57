"""What is kept of a run: opened before the graph starts, completed when it has ended."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from stream_omni.command_line import Options
from stream_omni.graph_file import GraphFile, Json
from stream_omni.kept_runs import make_room
from stream_omni.run_facts import run_facts, write_graph
from stream_omni.run_folder import new_run_folder
from stream_omni.runtime import Runtime
from stream_omni.watch import Watch
from wrappers.report import EVENTS, NodeError, Recorder, RunFiles, read_errors
from wrappers.report.timeline import PAGE, write_page

BYTES_PER_MB = 1_000_000


class FlightRecorder:
    """Keeps a run in a folder of its own, unless the user wants none.

    folder: None if nothing is kept
    watch: the observer for the runtime; None on native TEN, which has none: there the report keeps what it is sent
    """

    def __init__(self, file: GraphFile, options: Options, runtime: Runtime) -> None:
        self._file = file
        self._options = options
        self._runtime = runtime
        self._recorder: Recorder | None = None
        self._facts: Json = {}
        self.folder: Path | None = None
        self.watch: Watch | None = None
        if options.record:
            make_room(file.folder, file.options.max_runs_mb * BYTES_PER_MB)
            self.folder = new_run_folder(file.folder)

    @property
    def errors(self) -> list[NodeError]:
        """The `error` messages of the nodes; where nobody could watch or keep them, none."""
        if self.watch is not None:
            return self.watch.errors
        with contextlib.suppress(OSError):
            return read_errors(self.folder / EVENTS) if self.folder is not None else []
        return []

    @property
    def for_report(self) -> Json:
        """What the report's node needs to keep the conversation; empty where it does not have to."""
        if self.folder is None or self._runtime.name != "native":
            return {}
        names = self._file.options
        return {
            "run_dir": str(self.folder),
            "recording": str(self._options.output or ""),
            "about": self._facts,
            "echo_node": names.echo_node,
            "max_recording_mb": names.max_runs_mb,
        }

    def begin(self, entry: Json) -> None:
        """The graph starts, as its entry says."""
        names = self._file.options
        self._facts = run_facts(entry["name"], self._runtime.name, self._options)
        if self.folder is not None:
            write_graph(self.folder, entry)
        if self._runtime.name == "native":
            return
        if self.folder is not None:
            self._recorder = self._make_recorder(self.folder)
        self.watch = Watch(self._recorder, names.report_node, names.echo_node)

    def close(self) -> None:
        """Write what is left to write, and the page that shows it. Blocks."""
        if self._recorder is not None:
            self._recorder.close()
        if self.folder is not None and (self.folder / EVENTS).exists():
            _make_page(self.folder)

    def _make_recorder(self, folder: Path) -> Recorder:
        files = RunFiles(
            folder,
            _complain,
            about=self._facts,
            conversation=self._options.output,
            max_bytes=self._file.options.max_runs_mb * BYTES_PER_MB,
        )
        recorder = Recorder(files, may_wait=self._options.fast)
        from ten_runtime._exit import register_restorer  # the embedded runtime's own: before it ends the process

        register_restorer(recorder.close)
        return recorder


def _make_page(folder: Path) -> None:
    try:
        write_page(folder)
    except Exception as error:  # nothing in a recording may spoil the end of a conversation: it is all on the disk
        _complain(f"{PAGE} could not be made ({type(error).__name__}: {error}); python -m wrappers.report tries again")


def _complain(text: str) -> None:
    clear = "\r\x1b[2K" if sys.stdout.isatty() else ""  # the live line stands there
    print(f"{clear}! recorder: {text}", flush=True)
