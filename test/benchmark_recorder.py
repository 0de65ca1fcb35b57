"""What the flight recorder costs: the same conversation with it and without it, in turn, in one run.

    python test/benchmark_recorder.py [--quick] [--json FILE] [--plot FILE]

The load is that of a live graph at its busiest: three streams of 100 frames a second that are recorded, two that are
not, and 70 other messages a second. CPU is that of the whole process, with the recorder's thread, in percent of one
core. Latency is the way of a microphone frame through the echo suppressor's place to the VAD's.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, percentile, print_table, write_json

add_repository_to_path()
import numpy as np  # noqa: E402
from support.ten_graphs import GraphApp, close_app, connect, make_graph, predefined  # noqa: E402
from ten_runtime import AsyncExtension, AsyncTenEnv, AudioFrame  # noqa: E402

from stream_omni.watch import Watch  # noqa: E402
from ten_extensions.common.messages import make_data, make_pcm_frame  # noqa: E402
from wrappers.report import Recorder, RunFiles  # noqa: E402

FRAME_S = 0.01
SETTLE_S = 0.7
"""After a change: what was queued before is written."""


@dataclass(frozen=True)
class Sizes:
    pairs: int
    slice_s: float


SIZES = Sizes(pairs=12, slice_s=4.0)
QUICK_SIZES = Sizes(pairs=4, slice_s=2.0)


@dataclass
class Slice:
    """A stretch of the run, with the recorder or without it."""

    cpu_percent: float
    latency_us: list[float] = field(default_factory=list)


class Bench:
    """What the nodes share, since it is their own work that is measured."""

    def __init__(self, sizes: Sizes, folder: Path) -> None:
        self.sizes = sizes
        self.recorder = Recorder(RunFiles(folder, print))
        self.app: GraphApp
        self.slices: dict[str, list[Slice]] = {"without": [], "with": []}
        self.sent_at_s = 0.0
        self.latency_us: list[float] = []


class Driver(AsyncExtension):
    """Microphone, voice, loudspeaker and control in one: sends everything, and takes the measures."""

    def __init__(self, name: str, bench: Bench) -> None:
        super().__init__(name)
        self.bench = bench
        noise = np.random.default_rng(0).integers(-3000, 3000, 160 * 50, dtype=np.int16)
        self.blocks = [noise[start : start + 160] for start in range(0, len(noise), 160)]

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.task = asyncio.get_running_loop().create_task(self.run(ten_env))

    async def run(self, ten_env: AsyncTenEnv) -> None:
        sending = asyncio.get_running_loop().create_task(self.send(ten_env))
        for _ in range(self.bench.sizes.pairs):
            for kind, recorder in (("without", None), ("with", self.bench.recorder)):
                self.bench.app.set_observer(Watch(recorder, report_node="report", echo_node="aec"))
                await asyncio.sleep(SETTLE_S)
                self.bench.slices[kind].append(await self.measure())
        sending.cancel()
        close_app(ten_env)

    async def measure(self) -> Slice:
        self.bench.latency_us = []
        begin_s, begin_cpu_s = perf_counter(), process_time()
        await asyncio.sleep(self.bench.sizes.slice_s)
        cpu_percent = 100 * (process_time() - begin_cpu_s) / (perf_counter() - begin_s)
        return Slice(cpu_percent, self.bench.latency_us)

    async def send(self, ten_env: AsyncTenEnv) -> None:
        loop = asyncio.get_running_loop()
        start_s, tick = loop.time(), 0
        while True:
            time_ms, samples = round(loop.time() * 1000), self.blocks[tick % len(self.blocks)]
            voice = {"session_id": "100", "request_id": "100-1-1", "epoch": 1, "turn_id": 1}
            await ten_env.send_audio_frame(make_pcm_frame(samples, 16000, time_ms, voice, "tts_frame"))
            heard = {"heard_ms": time_ms + 50}
            await ten_env.send_audio_frame(make_pcm_frame(samples, 16000, time_ms, heard, "playback_frame"))
            for name, properties in messages_at(tick):
                await ten_env.send_data(make_data(name, **properties))
            frame = make_pcm_frame(samples, 16000, time_ms, {"session_id": "100"})
            self.bench.sent_at_s = perf_counter()
            await ten_env.send_audio_frame(frame)
            tick += 1
            await asyncio.sleep(max(0.0, start_s + tick * FRAME_S - loop.time()))


def messages_at(tick: int) -> list[tuple[str, dict[str, Any]]]:
    """The other messages of a tick: 50 pieces of text and 20 states a second."""
    metadata = {"session_id": "100", "turn_id": 1, "request_id": "100-1-1", "epoch": 1}
    found: list[tuple[str, dict[str, Any]]] = []
    if tick % 2 == 0:
        text = "It was a dark and stormy night, and the rain fell in torrents. " * 4
        found.append(("message", {"role": "assistant", "text": text, "is_final": False, "metadata": metadata}))
    if tick % 5 == 0:
        state = {"request_id": "100-1-1", "state": "progress", "played_ms": tick * 10, "queued_ms": 800, "ts_ms": tick}
        found.append(("playback_state", state | {"metadata": metadata}))
    return found


class Forwarder(AsyncExtension):
    """Stands in the place of the echo suppressor."""

    def __init__(self, name: str, _bench: Bench) -> None:
        super().__init__(name)

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        if audio_frame.get_name() == "pcm_frame":
            await ten_env.send_audio_frame(audio_frame)


class Sink(AsyncExtension):
    """Stands in the place of the VAD, which passes the sound on, and of others, which do not."""

    def __init__(self, name: str, bench: Bench) -> None:
        super().__init__(name)
        self.bench = bench

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        if self.name == "vad":
            self.bench.latency_us.append((perf_counter() - self.bench.sent_at_s) * 1e6)
            await ten_env.send_audio_frame(audio_frame)


def run_bench(sizes: Sizes, folder: Path) -> Bench:
    """Run all slices. folder: gets the recording"""
    bench = Bench(sizes, folder)
    graph = make_graph(
        {
            "mic": lambda name: Driver(name, bench),
            "aec": lambda name: Forwarder(name, bench),
            **{node: lambda name: Sink(name, bench) for node in ("vad", "stt", "speaker", "report")},
        },
        connect("mic", "audio_frame", "pcm_frame", "aec", "report"),
        connect("mic", "audio_frame", "tts_frame", "speaker"),
        connect("mic", "audio_frame", "playback_frame", "aec", "report"),
        connect("aec", "audio_frame", "pcm_frame", "vad"),
        connect("vad", "audio_frame", "pcm_frame", "stt"),
        connect("mic", "data", "message", "report"),
        connect("mic", "data", "playback_state", "report", "speaker"),
    )
    bench.app = GraphApp({"predefined_graphs": [predefined("bench", graph)]})
    bench.app.run()
    bench.recorder.close()
    if bench.app.failure:
        raise SystemExit(bench.app.failure)
    return bench


def summarize(bench: Bench) -> dict[str, float]:
    """The figures; differences are medians over pairs of neighbours, so that a busy machine counts on both sides."""
    summary: dict[str, float] = {}
    for kind, slices in bench.slices.items():
        latency_us = [value for each in slices for value in each.latency_us]
        summary[f"cpu_percent_{kind}"] = median(each.cpu_percent for each in slices)
        summary[f"latency_us_p50_{kind}"] = percentile(latency_us, 50)
        summary[f"latency_us_p99_{kind}"] = percentile(latency_us, 99)
    pairs = list(zip(bench.slices["without"], bench.slices["with"], strict=True))
    summary["recorder_cpu_percent"] = median(after.cpu_percent - before.cpu_percent for before, after in pairs)
    p50s = [(percentile(before.latency_us, 50), percentile(after.latency_us, 50)) for before, after in pairs]
    summary["recorder_latency_us"] = median(after - before for before, after in p50s)
    return summary


def plot(path: Path, bench: Bench) -> None:
    """CPU of each slice, in the order of the run."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3.5))
    for kind, slices in bench.slices.items():
        axes.plot([each.cpu_percent for each in slices], marker="o", label=f"{kind} the recorder")
    axes.set(xlabel="pair", ylabel="CPU, % of one core", ylim=(0, None), title="Cost of the flight recorder")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches="tight")


def main() -> None:
    arguments = parse_arguments(__doc__.splitlines()[0])
    with tempfile.TemporaryDirectory() as folder:
        bench = run_bench(QUICK_SIZES if arguments.quick else SIZES, Path(folder))
    summary = summarize(bench)
    rows = [
        (label, *(f"{summary[f'{key}_{kind}']:.{digits}f}" for kind in bench.slices))
        for label, key, digits in (
            ("CPU, % of one core", "cpu_percent", 2),
            ("frame to VAD, median µs", "latency_us_p50", 0),
            ("frame to VAD, p99 µs", "latency_us_p99", 0),
        )
    ]
    print_table("Flight recorder", ("", "without", "with"), rows)
    print(f"\nIt costs {summary['recorder_cpu_percent']:.2f} % of one core (the aim: under 2 %),")
    print(f"and {summary['recorder_latency_us']:.0f} µs for each frame on its way.")
    runs = [
        {"recorder": kind, "cpu_percent": each.cpu_percent, "latency_us_p50": percentile(each.latency_us, 50)}
        for kind, slices in bench.slices.items()
        for each in slices
    ]
    write_json(arguments.json, summary, runs)
    if arguments.plot:
        plot(arguments.plot, bench)


if __name__ == "__main__":
    main()
