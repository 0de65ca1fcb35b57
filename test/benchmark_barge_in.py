"""Whether the agent hears itself, and how soon it stops when a person talks over it.

    python test/benchmark_barge_in.py [--quick] [--minutes N] [--tries N] [--json FILE] [--plot FILE]

The app talks over a virtual sound card, in real time, with the graphs voice_chat and barge_in and engines that need no
download (a storyteller for a language model, Flite, and PocketSphinx, which is told what sentences there are):
- monologues over echoes of several delays and levels, with gate and canceller: nobody speaks, nothing may happen;
- for each mode of interruption a person talks over the agent, at the level of its echo, and at other times coughs,
  knocks, makes noise, and nods with a word.
Rooms that a card has not (reverberation, a distorting loudspeaker, clocks that drift, a volume that changes, sides that
stall) are simulated around the real echo suppressor and VAD, faster than real time; so are people who talk over the
agent, on a machine that is never busy.
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, percentile, print_table, write_json

add_repository_to_path()
from support.barge_in_bench import (  # noqa: E402
    GREETING,
    PATH,
    BargeInMode,
    EchoPath,
    Figures,
    Kind,
    TalkOver,
    Try,
    figures_of,
    grammar,
    live_talk,
    monologue,
)
from support.barge_in_plot import Picture, plot  # noqa: E402
from support.echo_variants import simulate_variants  # noqa: E402
from support.live_talk import Settings  # noqa: E402
from support.require import CHECKS  # noqa: E402
from support.room import Room  # noqa: E402
from support.simulated_talk_over import SimulatedTry, simulate_talk_over  # noqa: E402
from support.virtual_sound import VirtualSound  # noqa: E402

NEEDS = ("sound", "flite", "pocketsphinx", "aec")
PATHS: tuple[EchoPath, ...] = tuple(product((40, 120, 250, 400), (-6.0, -12.0, -20.0)))
QUICK_PATHS = PATHS[4:5]
STOP_LIMIT_MS = 400
"""Mode vad: an interruption is taken if the decision falls so soon after the onset of speech."""
WORDS_LIMIT_MS = 100
"""Mode words: so soon after the recogniser's first words."""
SIMULATED_PATHS: tuple[EchoPath, ...] = ((40, -6.0), (120, -12.0), (250, -12.0))
PICTURES = 2
"""Interruptions in the plot, of each mode."""


def measure_monologues(
    card: VirtualSound, folder: Path, paths: Sequence[EchoPath], seconds: float
) -> dict[str, list[tuple[EchoPath, Figures]]]:
    """Figures of each path by mode."""
    found: dict[str, list[tuple[EchoPath, Figures]]] = {"gate": [], "aec": []}
    modes: tuple[Literal["gate", "aec"], ...] = ("gate", "aec")
    for mode, path in product(modes, paths):
        print(f"monologue, {mode}, {path[0]} ms {path[1]:g} dB", flush=True)
        found[mode].append((path, monologue(card, folder / f"{mode} {path}", mode, path, seconds)))
    return found


def measure_mode(
    card: VirtualSound, folder: Path, mode: BargeInMode, tries: dict[Kind, int]
) -> tuple[list[Try], Figures, list[Picture]]:
    """Let a person do all that in one run of the app, in a mixed order."""
    kinds = [kind for kind, times in tries.items() for _ in range(times)]
    random.Random(1).shuffle(kinds)
    settings: Settings = {
        "main_control": {"barge_in": mode, "greeting": GREETING},
        "stt": {"params": {"grammar": grammar()}},
    }
    with live_talk(card, folder, "barge_in", settings, PATH) as talk:
        person = TalkOver(talk, mode, seed=2)
        found: list[Try] = []
        for kind in kinds:
            one = person.make_sound(kind, sum(other.kind == kind for other in found))
            print(f"{mode}: {_told(one)}", flush=True)
            found.append(one)
        taken = [one for one in found if one.kind == "barge_in" and one.stop_ms is not None][:PICTURES]
        return found, figures_of(talk), [Picture.of(talk, one) for one in taken]


def is_taken(one: Try) -> bool:
    """Whether an interruption was decided as soon as it has to be."""
    if one.stop_ms is None:
        return False
    if one.mode == "vad":
        return one.stop_ms <= STOP_LIMIT_MS
    return one.first_words_ms is None or one.stop_ms <= one.first_words_ms + WORDS_LIMIT_MS


def summary_of(mode: BargeInMode, tries: Sequence[Try]) -> dict[str, float]:
    """The figures of one mode, with its name in front; those that nothing was measured for are left out."""
    barge_ins = [one for one in tries if one.kind == "barge_in"]
    ducks = [one.duck_ms for one in barge_ins if one.duck_ms is not None]
    stops = [one.stop_ms for one in barge_ins if one.stop_ms is not None]
    silences = [one.silence_ms for one in barge_ins if one.silence_ms is not None]
    words = [one.first_words_ms for one in barge_ins if one.first_words_ms is not None]
    figures = {
        "barge_ins_total": float(len(barge_ins)),
        "barge_ins_taken": float(sum(map(is_taken, barge_ins))),
        "barge_ins_stopped": float(len(stops)),
        "noises": float(sum(one.kind == "noise" for one in tries)),
        "backchannels": float(sum(one.kind == "backchannel" for one in tries)),
        "false_stops_noise": float(sum(one.kind == "noise" and one.stop_ms is not None for one in tries)),
        "false_stops_backchannel": float(sum(one.kind == "backchannel" and one.stop_ms is not None for one in tries)),
    }
    for key, values, percent in (
        ("onset_to_duck_ms_p90", ducks, 90),
        ("onset_to_stop_ms_median", stops, 50),
        ("onset_to_stop_ms_p90", stops, 90),
        ("onset_to_first_words_ms_median", words, 50),
        ("decision_to_silence_ms_p90", silences, 90),
    ):
        if values:
            figures[key] = round(percentile(values, percent), 1)
    return {f"{mode}_{key}": value for key, value in figures.items()}


def simulated_summary_of(tries: Sequence[SimulatedTry]) -> dict[str, float]:
    """The same figures of what was simulated, in the mode `vad`."""
    barge_ins = [one for one in tries if not one.is_noise]
    ducks = [one.duck_ms for one in barge_ins if one.duck_ms is not None]
    stops = [one.stop_ms for one in barge_ins if one.stop_ms is not None]
    figures = {
        "barge_ins_total": float(len(barge_ins)),
        "barge_ins_taken": float(sum(stop_ms <= STOP_LIMIT_MS for stop_ms in stops)),
        "barge_ins_stopped": float(len(stops)),
        "noises": float(len(tries) - len(barge_ins)),
        "false_stops_noise": float(sum(one.is_noise and one.stop_ms is not None for one in tries)),
    }
    if stops:
        figures["onset_to_duck_ms_p90"] = round(percentile(ducks, 90), 1)
        figures["onset_to_stop_ms_median"] = round(percentile(stops, 50), 1)
        figures["onset_to_stop_ms_p90"] = round(percentile(stops, 90), 1)
    return {f"simulated_{key}": value for key, value in figures.items()}


def _told(one: Try) -> str:
    duck = "no duck" if one.duck_ms is None else f"duck {one.duck_ms:.0f}"
    stop = "no stop" if one.stop_ms is None else f"stop {one.stop_ms:.0f}, silent {one.silence_ms:.0f} ms later"
    return f"{one.kind}, {one.text}: {duck}, {stop}"


def show(summary: dict[str, float], monologues: dict[str, list[tuple[EchoPath, Figures]]]) -> None:
    """Print the tables."""
    rows = []
    for index, (path, gate) in enumerate(monologues["gate"]):
        aec = monologues["aec"][index][1]
        cells = [f"{gate.minutes + aec.minutes:.1f}", str(gate.own_turns), str(aec.own_turns)]
        rows.append([f"{path[0]} ms, {path[1]:g} dB", *cells, str(gate.underruns + aec.underruns)])
    print_table(
        "The agent speaks over an echo: turns and interruptions of its own making",
        ["echo", "minutes", "gate", "aec", "underruns"],
        rows,
    )
    modes = get_args(BargeInMode)
    keys = [key.removeprefix("vad_") for key in summary if key.startswith("vad_")]
    by_key = [[key, *(f"{summary.get(f'{mode}_{key}', math.nan):g}" for mode in modes)] for key in keys]
    print_table("A person talks over it", ["", *modes], by_key)
    rest = {key: value for key, value in summary.items() if not key.startswith(("vad_", "words_"))}
    print_table("In all", ["", ""], [[key, f"{value:g}"] for key, value in rest.items()])


def main() -> int:
    options = parse_arguments(
        __doc__ or "",
        (
            "--minutes",
            {"type": float, "default": 5.0, "metavar": "N", "help": "of monologue for gate and aec"},
        ),
        ("--tries", {"type": int, "default": 40, "metavar": "N", "help": "interruptions of each mode"}),
    )
    if missing := [text for part in NEEDS if (text := CHECKS[part]())]:
        print("skipped: " + "; ".join(missing))
        return 0
    paths, seconds = (QUICK_PATHS, 8.0) if options.quick else (PATHS, options.minutes * 60 / len(PATHS))
    times = 4 if options.quick else options.tries
    tries: dict[Kind, int] = {"barge_in": times, "noise": (times + 1) // 2, "backchannel": (times + 1) // 2}
    simulated = simulate_variants(options.quick)
    talked_over = [
        one
        for path in (SIMULATED_PATHS[1:2] if options.quick else SIMULATED_PATHS)
        for one in simulate_talk_over(Room(*path), times)
    ]
    with tempfile.TemporaryDirectory() as work, VirtualSound(Path(work) / "card") as card:
        monologues = measure_monologues(card, Path(work), paths, seconds)
        talks = {mode: measure_mode(card, Path(work) / mode, mode, tries) for mode in get_args(BargeInMode)}
    all_figures = [figures for some in monologues.values() for _, figures in some]
    everything = all_figures + [figures for _, figures, _ in talks.values()]
    summary = {
        "self_turns_gate": float(sum(figures.own_turns for _, figures in monologues["gate"])),
        "self_turns_aec": float(sum(figures.own_turns for _, figures in monologues["aec"])),
        "monologue_minutes": round(sum(figures.minutes for figures in all_figures), 2),
        "spoken_minutes": round(sum(figures.minutes for figures in everything), 2),
        "underruns": float(sum(figures.underruns for figures in everything)),
        "device_latency_ms": everything[-1].device_ms,
        "simulated_variants": float(len(simulated)),
        "simulated_self_turns_gate": float(sum(one.self_turns_gate for one in simulated)),
        "simulated_self_turns_aec": float(sum(one.self_turns_aec for one in simulated)),
        **simulated_summary_of(talked_over),
        **{key: value for mode, (found, _, _) in talks.items() for key, value in summary_of(mode, found).items()},
    }
    show(summary, monologues)
    runs: list[dict[str, Any]] = [asdict(one) for found, _, _ in talks.values() for one in found]
    runs += [{"echo": path, "mode": mode, **asdict(f)} for mode, some in monologues.items() for path, f in some]
    runs += [asdict(one) for one in simulated] + [asdict(one) for one in talked_over]
    write_json(options.json, summary, runs)
    if options.plot is not None:
        plot(options.plot, [picture for _, _, pictures in talks.values() for picture in pictures])
    return 0


if __name__ == "__main__":
    sys.exit(main())
