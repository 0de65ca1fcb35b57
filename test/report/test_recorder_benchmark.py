"""The recorder's benchmark measures what it says. Its figures are those of a benchmark, and no test."""

from pathlib import Path

import benchmark_recorder
import pytest
import soundfile
from support.require import require

from wrappers.report import read_events


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[benchmark_recorder.Bench, Path]:
    folder = tmp_path_factory.mktemp("run")
    return benchmark_recorder.run_bench(benchmark_recorder.Sizes(pairs=1, slice_s=0.5), folder), folder


def test_only_what_it_says_is_recorded(run: tuple[benchmark_recorder.Bench, Path]) -> None:
    _, folder = run

    assert {path.stem for path in folder.glob("*.wav")} == {
        "conversation",
        "microphone",
        "clean_microphone",
        "speaker",
    }
    assert soundfile.info(folder / "microphone.wav").duration > 0.5
    assert {event.name for event in read_events(folder / "events.jsonl")} >= {"message", "playback_state"}


def test_the_summary_has_both_sides(run: tuple[benchmark_recorder.Bench, Path]) -> None:
    summary = benchmark_recorder.summarize(run[0])

    assert summary["cpu_percent_with"] > 0 and summary["latency_us_p50_without"] > 0
    assert {"recorder_cpu_percent", "recorder_latency_us"} <= summary.keys()


def test_the_plot_is_a_picture(run: tuple[benchmark_recorder.Bench, Path], tmp_path: Path) -> None:
    require("bench")
    benchmark_recorder.plot(tmp_path / "plot.png", run[0])
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
