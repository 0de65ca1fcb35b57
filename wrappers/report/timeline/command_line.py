"""The command line of the report: make the page of a run, for one that was cut off or recorded by an older version."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from wrappers.report.timeline.page import write_page


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments ask for; returns the exit status: 0 done, 1 it could not be done.

    Wrong arguments end the process with status 2.
    """
    parser = argparse.ArgumentParser(prog="python -m wrappers.report", description=__doc__, allow_abbrev=False)
    parser.add_argument("run", metavar="RUN", type=Path, help="the folder of a run, such as runs/2026-01-31_12-00-00")
    options = parser.parse_args(arguments)
    try:
        print(write_page(options.run))
    except OSError as error:
        print(f"{options.run}: the page cannot be made: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0
