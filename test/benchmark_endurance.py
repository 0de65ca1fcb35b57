"""Hours of conversation through the whole graph `offline`, in virtual time: does anything drift or grow?

    python test/benchmark_endurance.py [--minutes N] [--quick] [--json FILE] [--plot FILE]

Somebody asks a question, asks for a story, interrupts it, and begins again, for two hours (quick: one minute). It is
a recording, so it is known when each word was said. late: how much later than that the transcript says the user began;
if the clocks of the app drifted apart, that would change. memory: resident memory of the app's process.

Needs Flite and PocketSphinx. The clock of the app waits for nothing but work, so it takes as long as the engines do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, print_table, write_json

add_repository_to_path()
import soundfile  # noqa: E402
from support.app_run import command, environment, make_app, transcript_of, write_talk  # noqa: E402
from support.require import REPOSITORY  # noqa: E402
from support.speech import say  # noqa: E402

MINUTES, QUICK_MINUTES = 120, 1
LOOK_EVERY_S = 2
EDGE_SHARE = 0.2
"""Beginning and end of the conversation that are compared: so much of it each."""


@dataclass(frozen=True, slots=True)
class Look:
    """At the running app."""

    minute: float
    """Of the conversation."""
    memory_mb: float


def main() -> None:
    """Hold the conversation, print and write what came of it."""
    assert __doc__
    arguments = parse_arguments(
        __doc__, ("--minutes", {"type": float, "metavar": "N", "help": f"how long; default {MINUTES}"})
    )
    minutes = arguments.minutes or (QUICK_MINUTES if arguments.quick else MINUTES)
    with tempfile.TemporaryDirectory() as folder:
        starts_ms = record_talk(Path(folder) / "talk.wav", minutes)
        app = make_app(Path(folder) / "app")
        begin_s = time.monotonic()
        looks = list(watch(app, Path(folder) / "talk.wav"))
        real_s = time.monotonic() - begin_s
        transcript = transcript_of(app)
    late_ms = lateness(starts_ms, [entry["start_ms"] for entry in transcript if entry["role"] == "user"])
    summary = sum_up(minutes, starts_ms, late_ms, looks)
    print_table(
        f"{minutes:g} minutes of conversation in {real_s / 60:.1f} minutes",
        ["", "beginning", "end"],
        [
            ["user's turns found late by, ms", f"{summary['late_first_ms']:.0f}", f"{summary['late_last_ms']:.0f}"],
            ["memory, MB", f"{summary['memory_first_mb']:.1f}", f"{summary['memory_last_mb']:.1f}"],
        ],
    )
    print(f"\n{summary['turns_found']} of {summary['turns_said']} turns of the user were found")
    runs = [{"late_ms": late_ms, "looks": [[look.minute, look.memory_mb] for look in looks]}]
    write_json(arguments.json, summary | {"real_s": round(real_s, 1)}, runs)
    if arguments.plot:
        plot(arguments.plot, late_ms, looks)


def record_talk(path: Path, minutes: float) -> list[int]:
    """Write the user's side; returns when each turn begins, ms."""
    question, story = say("what is seven times six"), say("tell me a story")
    part: list[float | Path] = [2.0, question, 6.0, story, 4.0, question, 10.0]
    seconds = [each if isinstance(each, float) else soundfile.info(each).duration for each in part]
    rounds = max(1, round(60 * minutes / sum(seconds)))
    write_talk(path, *part * rounds)
    begins_s = [sum(seconds[:index]) for index, each in enumerate(part) if isinstance(each, Path)]
    return [round(1000 * (number * sum(seconds) + begin_s)) for number in range(rounds) for begin_s in begins_s]


def watch(app: Path, talk: Path) -> Iterator[Look]:
    """Run the app to its end, and look at it from time to time. Raises RuntimeError if it fails."""
    process = subprocess.Popen(
        command("--fast", "--input", talk),
        cwd=REPOSITORY,
        env=environment(app),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    while process.poll() is None:
        time.sleep(LOOK_EVERY_S)
        if transcript := transcript_of(app):
            memory = subprocess.run(["ps", "-o", "rss=", "-p", str(process.pid)], capture_output=True, text=True)
            if kilobytes := int(memory.stdout or 0):  # none in a process that has just ended
                yield Look(transcript[-1]["end_ms"] / 60_000, kilobytes / 1024)
    if process.returncode:
        raise RuntimeError(f"the app ended with status {process.returncode}")


def lateness(said_ms: Sequence[int], found_ms: Sequence[int]) -> list[int]:
    """How much later than it was said each turn was found, in order; the nearest one counts."""
    return [min((found - said for said in said_ms), key=abs) for found in found_ms]


def sum_up(minutes: float, said_ms: Sequence[int], late_ms: Sequence[int], looks: Sequence[Look]) -> dict[str, float]:
    """The figures, flat."""
    late_first, late_last = (median(edge) for edge in edges(late_ms))
    memory_first, memory_last = (median(look.memory_mb for look in edge) for edge in edges(looks))
    return {
        "minutes": minutes,
        "turns_said": len(said_ms),
        "turns_found": len(late_ms),
        "late_first_ms": late_first,
        "late_last_ms": late_last,
        "drift_ms": abs(late_last - late_first),
        "memory_first_mb": round(memory_first, 1),
        "memory_last_mb": round(memory_last, 1),
        "growth_mb": round(memory_last - memory_first, 1),
    }


def edges(values: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """The first and the last of them."""
    count = max(1, round(EDGE_SHARE * len(values)))
    return values[:count], values[-count:]


def plot(path: Path, late_ms: Sequence[int], looks: Sequence[Look]) -> None:
    """Lateness of each turn, and memory over time."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, 1, figsize=(8, 6))
    above.plot(late_ms, ".")
    above.set(xlabel="turn of the user", ylabel="found late by, ms")
    below.plot([look.minute for look in looks], [look.memory_mb for look in looks])
    below.set(xlabel="minute of the conversation", ylabel="memory, MB", ylim=(0, None))
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


if __name__ == "__main__":
    os.nice(5)
    main()
