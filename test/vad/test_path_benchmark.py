"""The benchmark of the way from the microphone to the VAD measures what it says."""

import json
from pathlib import Path

import benchmark_path
import numpy as np
import pytest
from support.path_bench import Latency, shift_of
from support.require import require


def test_the_shift_of_a_sound_is_found() -> None:
    sent = np.random.default_rng(2).normal(0, 2000, 16_000).astype(np.int16)
    assert shift_of(sent, sent) == 0
    assert shift_of(sent, np.concatenate([np.zeros(128, np.int16), sent])) == 128


def test_what_filters_hold_back_counts() -> None:
    live, alone = {"aec": Latency([10.0, 12.0, 30.0], 8.0)}, {"aec": Latency([10.0, 10.0], 8.0)}
    figures = benchmark_path.summary_of(live, alone, {"aec": 4.0}, 100.0)
    assert figures == {
        "aec_alone_ms_max": 18.0,
        "aec_latency_ms_median": 20.0,
        "aec_latency_ms_p90": 38.0,
        "aec_latency_ms_p99": 38.0,
        "aec_held_ms": 8.0,
        "aec_cpu_ms_per_s": 4.0,
        "turn_rules_us_per_decision": 100.0,
    }


def test_all_stages_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require("bench", "aec", "ten_vad", "flite")
    sizes = benchmark_path.Sizes(latency_s=0.6, cpu_s=0.5, rounds=1, decisions=10)
    monkeypatch.setattr(benchmark_path, "QUICK_SIZES", sizes)
    result, picture = tmp_path / "path.json", tmp_path / "path.png"
    arguments = ["benchmark_path.py", "--quick", "--json", str(result), "--plot", str(picture)]
    monkeypatch.setattr("sys.argv", arguments)
    assert benchmark_path.main() == 0

    written = json.loads(result.read_text())
    figures = written["summary"]
    for name in ("hop", "gate", "aec", "vad_silero", "vad_ten", "vad_energy"):
        assert f"{name}_cpu_ms_per_s" in figures
    assert figures["turn_rules_us_per_decision"] > 0
    assert figures["gate_held_ms"] == 0
    assert 5 <= figures["aec_held_ms"] <= 15
    # Whatever the machine is busy with: this much the nodes wait by themselves.
    assert figures["hop_alone_ms_max"] == pytest.approx(10, abs=1)
    assert figures["gate_alone_ms_max"] == pytest.approx(10, abs=1)
    assert figures["aec_alone_ms_max"] == pytest.approx(10 + figures["aec_held_ms"], abs=1)
    assert figures["aec_late_reference_alone_ms_max"] <= 45
    # A frame is full 10 ms after its first sample; how busy the machine is beyond that is no matter of a test.
    assert all(ms >= 9 for run in written["runs"] for ms in run["latency_ms"])
    assert [run["path"] for run in written["runs"]] == ["hop", "gate", "aec", "aec_late_reference"]
    assert picture.stat().st_size > 10_000
