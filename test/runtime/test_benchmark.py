"""The runtime's benchmark measures what it says, in the form that others read."""

from __future__ import annotations

import json
from pathlib import Path

import benchmark_runtime
import pytest
from support.benchmark import percentile, print_table, write_json
from support.require import require

KEYS = [
    "cmd_rtt_us_median",
    "cmd_rtt_us_p95",
    "audio_frames_per_s",
    "cpu_us_per_frame",
    "timer_cpu_us",
    "latency_us_p50",
    "latency_us_p99",
    "interrupt_ms",
]


@pytest.fixture(scope="module")
def bench() -> benchmark_runtime.Bench:
    sizes = benchmark_runtime.Sizes(rounds=1, commands=20, frames=200, paced_frames=5)
    return benchmark_runtime.run_bench(sizes)


def test_the_summary_has_both_pipelines(bench: benchmark_runtime.Bench) -> None:
    summary = benchmark_runtime.summarize(bench)
    assert sorted(summary) == sorted([*KEYS, *(f"asyncio_{key}" for key in KEYS)])
    assert all(value > 0 for key, value in summary.items() if "cpu_us_per_frame" not in key)


def test_every_message_is_measured(bench: benchmark_runtime.Bench) -> None:
    for (figures,) in bench.rounds.values():
        assert len(figures.cmd_rtt_us) == 20
        assert len(figures.latency_us) == 5


def test_the_plot_is_a_picture(bench: benchmark_runtime.Bench, tmp_path: Path) -> None:
    require("bench")
    benchmark_runtime.plot(tmp_path / "plot.png", bench)
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_the_json_file_has_summary_runs_and_machine(tmp_path: Path) -> None:
    write_json(tmp_path / "deep" / "file.json", {"x": 1.0}, [{"round": 0}])
    content = json.loads((tmp_path / "deep" / "file.json").read_text())
    assert content["summary"] == {"x": 1.0}
    assert content["runs"] == [{"round": 0}]
    assert {"system", "processor", "cores", "python"} <= set(content["machine"])
    write_json(None, {}, [])


def test_percentiles() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 50), percentile(values, 99), percentile(values, 100)) == (51, 100, 100)
    assert percentile([7.0], 99) == 7
    with pytest.raises(ValueError):
        percentile([], 50)


def test_the_table_is_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Title", ("name", "value"), [("a", "1.0"), ("longer", "100.0")])
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Title",
        "name    value",
        "------  -----",
        "a         1.0",
        "longer  100.0",
    ]
