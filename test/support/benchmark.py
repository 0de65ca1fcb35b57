"""What all benchmarks share: arguments, facts about the machine, percentiles, the table, JSON and plot files."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


def add_repository_to_path() -> None:
    """Make the packages of the repository importable in a benchmark that is run as a file."""
    for folder in (REPOSITORY / "test", REPOSITORY / "ten_embedded", REPOSITORY):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))


def parse_arguments(description: str, *more: Sequence[Any]) -> argparse.Namespace:
    """The options of every benchmark: quick, json, plot.

    more: further options as (name, keyword arguments of add_argument)
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a few seconds instead of a careful measurement")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a JSON file")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write a picture (png, svg or pdf)")
    for name, keywords in more:
        parser.add_argument(name, **keywords)
    return parser.parse_args()


def pin_to_one_core() -> int | None:
    """Bind the process to the last core it may use; returns that, or None where the system cannot do it."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def machine_info() -> dict[str, Any]:
    """Facts that a figure is worth nothing without."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor_name(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
    }


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of 100 values do not exceed. Raises ValueError without values."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a header; the first column to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    print(f"\n{title}")
    for first, *others in (header, ["-" * width for width in widths], *rows):
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        print("  ".join(cells))


def write_json(path: Path | None, summary: Mapping[str, float], runs: Sequence[Mapping[str, Any]]) -> None:
    """Write {summary, runs, machine}; nothing without a path."""
    if path is not None:
        content = {"summary": dict(summary), "runs": list(runs), "machine": machine_info()}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _processor_name() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
