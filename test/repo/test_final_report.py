"""The final report: every benchmark is run, compared with its targets and with the report before."""

import json
from pathlib import Path

import final_test_report
import pytest
from support.report_compare import Figure, figures_of
from support.report_targets import TARGETS, Target
from support.require import REPOSITORY

WORKING = """\
import json, pathlib, sys
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
count = pathlib.Path(__file__).with_suffix(".runs")
count.write_text(str(int(count.read_text()) + 1 if count.exists() else 1))
figures = {figures}
figures["spread"] = float(count.read_text())
pathlib.Path(arguments["--json"]).write_text(json.dumps({{"summary": figures, "runs": [], "machine": {{}}}}))
pathlib.Path(arguments["--plot"]).write_bytes(b"picture")
"""


def report(folder: Path, **benchmarks: str) -> tuple[int, dict[str, dict[str, object]], str]:
    """Run the report over benchmarks given as source text; returns its status, its JSON and its text."""
    for name, source in benchmarks.items():
        (folder / f"benchmark_{name}.py").write_text(source)
    status = final_test_report.main(["--repeat", "3", "--out", str(folder)], folder)
    found = json.loads((folder / "final_test_report.json").read_text())
    return status, found["benchmarks"], (folder / "final_test_report.md").read_text()


def test_targets_stand_beside_results(tmp_path: Path) -> None:
    status, found, text = report(tmp_path, tts=WORKING.format(figures={"total_ratio": 0.5, "underruns": 2}))
    assert status == 0
    assert found["tts"]["figures"]["total_ratio"] == {"value": 0.5, "noise": 0.0}  # type: ignore[index]
    assert found["tts"]["figures"]["spread"] == {"value": 2.0, "noise": 1.0}  # type: ignore[index]
    assert "| all of it, share of generate() | 0.5 ± 0 | at most 0.95 | ✓ |  |" in text
    assert "| underruns | 2 ± 0 | at most 0 | ✗ |  |" in text
    assert "| drawing a token, times as fast | not measured | | ✗ | |" in text
    assert "![Spark-TTS beside mlx-audio](plots/tts.png)" in text
    assert "random weights" in text
    assert "there is no earlier report" in text


def test_a_change_beyond_the_noise_is_marked(tmp_path: Path) -> None:
    report(tmp_path, tts=WORKING.format(figures={"total_ratio": 0.5, "rtf": 0.300}))
    _, _, text = report(tmp_path, tts=WORKING.format(figures={"total_ratio": 0.8, "rtf": 0.301}))
    assert "| all of it, share of generate() | 0.8 ± 0 | at most 0.95 | ✓ | ▲ 0.3 |" in text
    assert "| `rtf` | 0.301 ± 0 |  |  |  |" in text


def test_a_benchmark_that_fails_is_told_and_the_others_run(tmp_path: Path) -> None:
    broken = "raise SystemExit('the sound card is gone')"
    status, found, text = report(tmp_path, echo=broken, other=WORKING.format(figures={"x": 1}), silent="pass")
    assert status == 1
    assert "**Not measured**: it ended with status 1: the sound card is gone." in text
    assert "**Not measured**: it wrote no figures" in text
    assert found["other"]["figures"]["x"] == {"value": 1.0, "noise": 0.0}  # type: ignore[index]


def test_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no benchmark nonsense"):
        final_test_report.find_benchmarks(tmp_path, ["nonsense"])


def test_targets_name_benchmarks_that_exist() -> None:
    there = set(final_test_report.find_benchmarks(REPOSITORY / "test"))
    assert set(TARGETS) <= there


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target("x", 5), 5, True),
        (Target("x", 5), 5.1, False),
        (Target("x", 5, "at least"), 5, True),
        (Target("x", 5, "at least"), 4.9, False),
    ],
)
def test_a_target_is_a_limit(target: Target, value: float, met: bool) -> None:
    assert target.is_met(value) is met


def test_a_figure_is_the_median_of_what_all_runs_have() -> None:
    assert figures_of([{"a": 1, "b": 1}, {"a": 5}, {"a": 2}]) == {"a": Figure(2, 2)}
    assert figures_of([]) == {}


def test_noise_of_both_reports_counts() -> None:
    assert Figure(10, 1).change_from(Figure(7, 2)) is None
    assert Figure(10.1, 1).change_from(Figure(7, 2)) == pytest.approx(3.1)
    assert Figure(100, 0).change_from(Figure(101, 0)) is None
