"""From the command line to the exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from rich.console import Console

from stream_omni.command_line import Options, parse_command_line
from stream_omni.devices import print_devices
from stream_omni.graph_file import load_graph_file
from stream_omni.graph_list import graph_table
from stream_omni.kept_runs import forget_all
from stream_omni.mermaid import to_mermaid
from stream_omni.replay import announce, compare, replayed
from stream_omni.runtime import app_folder, choose_runtime
from stream_omni.user_error import UserError
from wrappers.audio import find_devices

PLAIN_WIDTH = 120
"""Columns of tables that go to a file or a pipe."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for.

    returns the exit status: 0 done, 1 the conversation failed or something cannot run here, 2 the user's mistake or
    --strict, 130 Ctrl-C
    raises KeyboardInterrupt where Ctrl-C comes before or after the conversation
    """
    try:
        return _do(parse_command_line(arguments))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read the output has gone; writing more at the exit must not fail either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _do(options: Options) -> int:
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    if options.action == "list-devices":
        print_devices(find_devices(), console)
        return 0
    app_dir = app_folder()
    file = load_graph_file(app_dir)
    if options.action == "forget":
        return forget_all(app_dir, console, is_agreed=options.agreed)
    if options.action == "list-graphs":
        console.print(graph_table(file))
        return 0
    if options.action == "show-graph":
        print(to_mermaid(file.entry(options.graph)), end="")
        return 0
    if options.action == "doctor":
        from stream_omni.doctor.run import run_doctor  # half a second of imports that nobody else needs

        return run_doctor(file, options, console)
    runtime = choose_runtime(app_dir)
    runtime.activate()
    from stream_omni.app import run_app  # needs `ten_runtime`, which is there from now on

    if options.replay is None:
        return run_app(file, options, runtime, console).status
    with replayed(file, options, runtime) as (run, file, options):
        announce(run, options, file, console)
        outcome = run_app(file, options, runtime, console)
        if outcome.folder is None or outcome.status != 0:
            return outcome.status
        return 1 if compare(run, outcome.folder, options, console) else 0
