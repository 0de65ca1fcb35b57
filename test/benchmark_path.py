"""What stands between the microphone and the VAD: latency, and the CPU time of each stage.

    python test/benchmark_path.py [--card] [--quick] [--json FILE] [--plot FILE]

Latency runs from the capture of a sample to the entry of its frame into the VAD, through the real echo suppressor: the
10 ms that a frame takes to fill, what its filters hold back, what it waits for the loudspeaker's frames, and, in real
time, what the machine needs. "alone" is the same in virtual time, where computing takes none; "hop" is a node that only
passes frames on, so what it takes is the machine's. With --card also from the devices of a virtual sound card on,
through the microphone's node and the sound process. Aims: at most 30 ms with the gate, 45 ms with the canceller.

CPU time is that of the process per second of audio, net of what a node costs that only passes frames on, with an agent
who speaks all the time in a room with an echo.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, percentile, print_table, write_json

add_repository_to_path()
import pytest  # noqa: E402
from support.path_bench import (  # noqa: E402
    FORWARDER,
    Latency,
    Stage,
    cpu_ms_per_s,
    latency_of,
    latency_on_card,
    register_forwarder,
    us_per_decision,
)
from support.require import CHECKS, require  # noqa: E402
from support.virtual_sound import VirtualSound  # noqa: E402

ECHO, VAD = "echo_suppressor_python", "local_vad_python"
HOP = Stage("hop", FORWARDER, {})
GATE = Stage("gate", ECHO, {"mode": "gate"}, with_playback=True)
AEC = Stage("aec", ECHO, {"mode": "aec"}, with_playback=True)
AIMS_MS = {"gate": 30, "aec": 45}
LATE_MS = 15
"""A loudspeaker whose blocks are told of a little late; the canceller waits for it."""
TEXTS = [
    "what time is it",
    "i would like to book a table for",
    "my number is five five five",
    "请帮我",
    "今天天气怎么样",
]


@dataclass(frozen=True, slots=True)
class Sizes:
    latency_s: float
    cpu_s: float
    rounds: int
    decisions: int


SIZES = Sizes(latency_s=30, cpu_s=30, rounds=3, decisions=2000)
QUICK_SIZES = Sizes(latency_s=3, cpu_s=5, rounds=1, decisions=200)


def stages() -> list[Stage]:
    """Those that can run on this machine."""
    detectors = ["silero", *(["ten"] if not CHECKS["ten_vad"]() else []), "energy"]
    return [
        GATE,
        *([AEC] if not CHECKS["aec"]() else []),
        *(Stage(f"vad_{name}", VAD, {"backend": name}) for name in detectors),
    ]


def measure_latencies(seconds: float, live: bool) -> dict[str, Latency]:
    """By what is measured; the canceller also with a loudspeaker that tells late what it plays."""
    measured = [HOP, *(stage for stage in stages() if stage.addon == ECHO)]
    found = {stage.name: latency_of(stage, seconds, live) for stage in measured}
    if "aec" in found:
        found["aec_late_reference"] = latency_of(AEC, seconds, live, LATE_MS)
    return found


def measure_on_card(seconds: float, alone: dict[str, Latency]) -> dict[str, Latency]:
    """From a virtual sound card's microphone on."""
    require("sound")
    with tempfile.TemporaryDirectory() as folder, VirtualSound(Path(folder)) as card:
        return {
            f"{stage.name}_on_card": latency_on_card(stage, card, seconds, alone[stage.name].held_ms)
            for stage in stages()
            if stage.addon == ECHO
        }


def measure_cpu(sizes: Sizes) -> dict[str, float]:
    """ms per second of audio, net, by stage; "hop" is what passing frames on costs."""
    rounds: dict[str, list[float]] = {}
    for _ in range(sizes.rounds):
        # In turn, so that a machine that gets slower does so for all.
        hop = {playback: cpu_ms_per_s(replace(HOP, with_playback=playback), sizes.cpu_s) for playback in (False, True)}
        rounds.setdefault("hop", []).append(hop[False])
        for stage in stages():
            net = cpu_ms_per_s(stage, sizes.cpu_s) - hop[stage.with_playback]
            rounds.setdefault(stage.name, []).append(net)
    return {name: median(values) for name, values in rounds.items()}


def summary_of(
    live: dict[str, Latency], alone: dict[str, Latency], cpu: dict[str, float], decision_us: float
) -> dict[str, float]:
    """Flat figures."""
    figures = {"turn_rules_us_per_decision": decision_us}
    for name, latency in live.items():
        if name in alone:
            figures[f"{name}_alone_ms_max"] = max(alone[name].total_ms)
        figures[f"{name}_latency_ms_median"] = percentile(latency.total_ms, 50)
        figures[f"{name}_latency_ms_p90"] = percentile(latency.total_ms, 90)
        figures[f"{name}_latency_ms_p99"] = percentile(latency.total_ms, 99)
        figures[f"{name}_held_ms"] = latency.held_ms
    return figures | {f"{name}_cpu_ms_per_s": value for name, value in cpu.items()}


def show(figures: dict[str, float], latencies: dict[str, Latency], cpu: dict[str, float]) -> None:
    """Print two tables."""
    aims_ms = {"hop": "", "gate_on_card": AIMS_MS["gate"]} | AIMS_MS
    rows = [
        [
            name.replace("_", " "),
            *(f"{figures[f'{name}_latency_ms_{part}']:.1f}" for part in ("median", "p90", "p99")),
            f"{figures[f'{name}_alone_ms_max']:.1f}" if f"{name}_alone_ms_max" in figures else "",
            f"{latency.held_ms:.1f}",
            str(aims_ms.get(name, AIMS_MS["aec"])),
        ]
        for name, latency in latencies.items()
    ]
    header = ["", "median", "p90", "p99", "alone, at most", "of it held by filters", "aim"]
    print_table("from capture to the entry into the VAD, ms", header, rows)
    print_table(
        "CPU time per second of audio, one core",
        ["stage", "ms", "of real time"],
        [[name.replace("_", " "), f"{value:.2f}", f"{value / 10:.2f} %"] for name, value in cpu.items()],
    )
    print(f"\none decision of the turn rules: {figures['turn_rules_us_per_decision']:.0f} us of CPU time")


def plot(path: Path, latencies: dict[str, Latency], cpu: dict[str, float]) -> None:
    """How the latencies are spread, and what each stage costs."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5))
    for name, latency in latencies.items():
        ordered = sorted(latency.total_ms)
        left.plot(ordered, [(place + 1) / len(ordered) for place in range(len(ordered))], label=name.replace("_", " "))
    for name, aim_ms in AIMS_MS.items():
        left.axvline(aim_ms, color="0.7", linestyle="--")
        left.text(aim_ms, 0.02, f" aim {name}", fontsize="small")
    left.set_xlim(0, max(60, *AIMS_MS.values()))
    left.set_xlabel("ms from capture to the VAD")
    left.set_ylabel("share of the frames")
    left.legend(fontsize="small")
    names = list(cpu)[::-1]
    right.barh([name.replace("_", " ") for name in names], [cpu[name] for name in names])
    right.set_xlabel("CPU ms per second of audio")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main() -> int:
    card = ("--card", {"action": "store_true", "help": "also from the devices of a virtual sound card on"})
    options = parse_arguments(__doc__ or "", card)
    sizes = QUICK_SIZES if options.quick else SIZES
    register_forwarder()
    try:
        live, alone = (measure_latencies(sizes.latency_s, live) for live in (True, False))
        if options.card:
            live |= measure_on_card(sizes.latency_s, alone)
        cpu = measure_cpu(sizes)
    except pytest.skip.Exception as missing:
        print(f"this cannot be measured here: {missing}", file=sys.stderr)
        return 1
    figures = summary_of(live, alone, cpu, us_per_decision(TEXTS, sizes.decisions))
    show(figures, live, cpu)
    runs = [{"path": name, "latency_ms": latency.total_ms} for name, latency in live.items()]
    write_json(options.json, figures, runs)
    if options.plot is not None:
        plot(options.plot, live, cpu)
    return 0


if __name__ == "__main__":
    sys.exit(main())
