"""How fast the embedded runtime is, beside a plain asyncio pipeline in the same run.

    python test/benchmark_runtime.py [--quick] [--json FILE] [--plot FILE]

Everything runs on one core. CPU per frame is net of an empty timer loop of the same rate, measured in turn with the
pipelines: on some machines waking up costs more than all the work.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import (
    add_repository_to_path,
    parse_arguments,
    percentile,
    pin_to_one_core,
    print_table,
    write_json,
)
from support.pipelines import CONSUMER_S, FLOOD_PACE, FRAME_BYTES, QUEUED_FRAMES, Pipeline, PlainPipeline

add_repository_to_path()
from ten_runtime import (  # noqa: E402
    Addon,
    App,
    AsyncExtension,
    AsyncTenEnv,
    AudioFrame,
    Cmd,
    CmdResult,
    Loc,
    StatusCode,
    TenEnv,
    register_addon_as_extension,
)

FRAME_RATE_HZ = 100


@dataclass(frozen=True)
class Sizes:
    rounds: int
    commands: int
    frames: int
    paced_frames: int


SIZES = Sizes(rounds=7, commands=2_000, frames=20_000, paced_frames=300)
QUICK_SIZES = Sizes(rounds=3, commands=500, frames=5_000, paced_frames=100)


@dataclass
class Figures:
    """Of one pipeline in one round."""

    cmd_rtt_us: list[float] = field(default_factory=list)
    frames_per_s: float = 0.0
    cpu_us_per_frame: float = 0.0
    """With the cost of waking up."""
    latency_us: list[float] = field(default_factory=list)
    interrupt_ms: float = 0.0


async def measure(pipeline: Pipeline, sizes: Sizes) -> Figures:
    figures = Figures()
    for _ in range(sizes.commands):
        begin = perf_counter()
        await pipeline.command()
        figures.cmd_rtt_us.append((perf_counter() - begin) * 1e6)
    begin = perf_counter()
    await pipeline.flood(sizes.frames)
    figures.frames_per_s = sizes.frames / (perf_counter() - begin)
    pipeline.latency_us = []
    figures.cpu_us_per_frame = await cpu_us_per_tick(pipeline.send_paced, sizes.paced_frames)
    figures.latency_us = pipeline.latency_us
    figures.interrupt_ms = await pipeline.interrupt()
    return figures


async def cpu_us_per_tick(tick: Callable[[], Awaitable[None]], count: int) -> float:
    """CPU time of the process per call of `tick`, called at the frame rate."""
    loop = asyncio.get_running_loop()
    start_s, begin = loop.time(), process_time()
    for index in range(count):
        await tick()
        await asyncio.sleep(max(0.0, start_s + (index + 1) / FRAME_RATE_HZ - loop.time()))
    return (process_time() - begin) / count * 1e6


async def do_nothing() -> None: ...


class Bench:
    """What the nodes of the graph share, since it is their own work that is measured."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self.timer_us: list[float] = []
        self.rounds: dict[str, list[Figures]] = {"ten": [], "asyncio": []}
        self.driver: Driver
        self.missing = 0
        self.arrived = asyncio.Event()
        self.sent_at_s = 0.0
        self.interrupted_at_s = 0.0


class Driver(AsyncExtension):
    """The first node: it sends everything, and runs the measurement."""

    def __init__(self, name: str, bench: Bench) -> None:
        super().__init__(name)
        self.bench = bench
        self.latency_us: list[float] = []
        bench.driver = self

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.ten_env = ten_env
        self.task = asyncio.get_running_loop().create_task(self.run())

    async def run(self) -> None:
        plain = PlainPipeline()
        for _ in range(self.bench.sizes.rounds):
            self.bench.timer_us.append(await cpu_us_per_tick(do_nothing, self.bench.sizes.paced_frames))
            self.bench.rounds["ten"].append(await measure(self, self.bench.sizes))
            self.bench.rounds["asyncio"].append(await measure(plain, self.bench.sizes))
        plain.close()
        close = Cmd.create("ten:close_app")
        close.set_dests([Loc("")])
        await self.ten_env.send_cmd(close)

    async def command(self) -> None:
        await self.ten_env.send_cmd(Cmd.create("ask"))

    async def flood(self, count: int) -> None:
        self.bench.missing = count
        self.bench.arrived.clear()
        for index in range(count):
            await self.ten_env.send_audio_frame(make_frame("flood", index))
            if index % FLOOD_PACE == FLOOD_PACE - 1:
                await asyncio.sleep(0)
        await self.bench.arrived.wait()

    async def send_paced(self) -> None:
        self.bench.sent_at_s = perf_counter()
        await self.ten_env.send_audio_frame(make_frame("paced", 0))

    async def interrupt(self) -> float:
        for index in range(QUEUED_FRAMES):
            await self.ten_env.send_audio_frame(make_frame("slow", index))
        begin = perf_counter()
        await self.ten_env.send_cmd(Cmd.create("interrupt"))
        return (self.bench.interrupted_at_s - begin) * 1e3


class Forwarder(AsyncExtension):
    def __init__(self, name: str, _bench: Bench) -> None:
        super().__init__(name)

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        await ten_env.send_audio_frame(audio_frame)


class Sink(AsyncExtension):
    def __init__(self, name: str, bench: Bench) -> None:
        super().__init__(name)
        self.bench = bench

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        if cmd.get_name() == "interrupt":
            self.bench.interrupted_at_s = perf_counter()
        await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        match audio_frame.get_name():
            case "flood":
                self.bench.missing -= 1
                if not self.bench.missing:
                    self.bench.arrived.set()
            case "paced":
                self.bench.driver.latency_us.append((perf_counter() - self.bench.sent_at_s) * 1e6)
            case "slow":
                await asyncio.sleep(CONSUMER_S)


def make_frame(name: str, timestamp: int) -> AudioFrame:
    frame = AudioFrame.create(name)
    frame.alloc_buf(FRAME_BYTES)
    frame.set_timestamp(timestamp)
    return frame


def run_bench(sizes: Sizes) -> Bench:
    bench = Bench(sizes)
    for addon_name, extension in (("bench_driver", Driver), ("bench_forwarder", Forwarder), ("bench_sink", Sink)):
        register(addon_name, extension, bench)
    app = BenchApp()
    app.run()
    if app.failure:
        raise SystemExit(app.failure)
    return bench


def register(addon_name: str, extension: Callable[[str, Bench], AsyncExtension], bench: Bench) -> None:
    class BenchAddon(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            ten_env.on_create_instance_done(extension(name, bench), context)

    register_addon_as_extension(addon_name)(BenchAddon)


class BenchApp(App):
    def on_configure(self, ten_env: TenEnv) -> None:
        graph = {"name": "bench", "auto_start": True, "graph": bench_graph()}
        ten_env.init_property_from_json(json.dumps({"ten": {"predefined_graphs": [graph]}}))
        ten_env.on_configure_done()


def bench_graph() -> dict[str, Any]:
    """driver -> mid_1 -> sink for floods, and all five nodes in a row for paced frames."""
    names = {"driver": "bench_driver", "sink": "bench_sink"} | dict.fromkeys(
        ("mid_1", "mid_2", "mid_3"), "bench_forwarder"
    )
    chains = {"flood": ("driver", "mid_1", "sink"), "paced": ("driver", "mid_1", "mid_2", "mid_3", "sink")}
    chains["slow"] = ("driver", "sink")
    connections: dict[str, Any] = {name: {"extension": name, "audio_frame": []} for name in names if name != "sink"}
    for message, chain in chains.items():
        for sender, receiver in pairwise(chain):
            connections[sender]["audio_frame"].append({"name": message, "dest": [{"extension": receiver}]})
    connections["driver"]["cmd"] = [{"name": name, "dest": [{"extension": "sink"}]} for name in ("ask", "interrupt")]
    nodes = [{"type": "extension", "name": name, "addon": addon} for name, addon in names.items()]
    return {"nodes": nodes, "connections": list(connections.values())}


def summarize(bench: Bench) -> dict[str, float]:
    timer_us = median(bench.timer_us)
    summary = {"timer_cpu_us": timer_us}
    for pipeline, prefix in (("ten", ""), ("asyncio", "asyncio_")):
        rounds = bench.rounds[pipeline]
        commands = [value for figures in rounds for value in figures.cmd_rtt_us]
        latencies = [value for figures in rounds for value in figures.latency_us]
        net = [figures.cpu_us_per_frame - timer for figures, timer in zip(rounds, bench.timer_us, strict=True)]
        summary |= {
            f"{prefix}cmd_rtt_us_median": median(commands),
            f"{prefix}cmd_rtt_us_p95": percentile(commands, 95),
            f"{prefix}audio_frames_per_s": median(figures.frames_per_s for figures in rounds),
            f"{prefix}cpu_us_per_frame": median(net),
            f"{prefix}timer_cpu_us": timer_us,
            f"{prefix}latency_us_p50": median(latencies),
            f"{prefix}latency_us_p99": percentile(latencies, 99),
            f"{prefix}interrupt_ms": median(figures.interrupt_ms for figures in rounds),
        }
    return {name: round(value, 2) for name, value in summary.items()}


ROWS = {
    "cmd_rtt_us_median": ("command round trip, median", "µs"),
    "cmd_rtt_us_p95": ("command round trip, p95", "µs"),
    "audio_frames_per_s": ("audio frames through 3 nodes", "1/s"),
    "cpu_us_per_frame": ("CPU per frame through 5 nodes, net", "µs"),
    "timer_cpu_us": ("an empty 100 Hz timer, for comparison", "µs"),
    "latency_us_p50": ("latency through 5 nodes, p50", "µs"),
    "latency_us_p99": ("latency through 5 nodes, p99", "µs"),
    "interrupt_ms": ("command behind 200 queued frames", "ms"),
}


def plot(path: Path, bench: Bench) -> None:
    """Distributions of round trip and latency, both pipelines side by side."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4))
    for axis, attribute, title in zip(
        axes, ("cmd_rtt_us", "latency_us"), ("command round trip", "frame latency through 5 nodes"), strict=True
    ):
        for pipeline, label in (("ten", "ten_runtime"), ("asyncio", "plain asyncio queues")):
            values = sorted(value for figures in bench.rounds[pipeline] for value in getattr(figures, attribute))
            shares = [100 * (index + 1) / len(values) for index in range(len(values))]
            axis.plot(values, shares, label=label)
        axis.set(title=title, xlabel="µs", ylabel="% at most", xscale="log")
        axis.grid(alpha=0.3)
        axis.legend()
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def main() -> None:
    arguments = parse_arguments(__doc__.splitlines()[0])
    core = pin_to_one_core()
    bench = run_bench(QUICK_SIZES if arguments.quick else SIZES)
    summary = summarize(bench)
    rows = [
        (label, f"{summary[key]:,.1f}", f"{summary[f'asyncio_{key}']:,.1f}", unit)
        for key, (label, unit) in ROWS.items()
    ]
    print_table(f"Embedded runtime (core {core})", ("", "ten_runtime", "asyncio queues", "unit"), rows)
    runs = [
        {"pipeline": pipeline, "round": index, "timer_cpu_us": bench.timer_us[index], **vars(figures)}
        for pipeline, rounds in bench.rounds.items()
        for index, figures in enumerate(rounds)
    ]
    write_json(arguments.json, summary, runs)
    if arguments.plot:
        plot(arguments.plot, bench)


if __name__ == "__main__":
    main()
