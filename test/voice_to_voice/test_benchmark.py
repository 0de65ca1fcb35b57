"""The benchmark from the user's last word to the first sound, as it is run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.app_run import write_talk
from support.require import REPOSITORY, require
from support.speech import say
from support.voice_to_voice import BARS

KEYS = {"voice_to_voice_ms_median", "voice_to_voice_ms_p90", "engines_ms_median", "added_ms_median", "added_ms_p90"}


def benchmark(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    script = REPOSITORY / "test" / "benchmark_voice_to_voice.py"
    return subprocess.run(
        [sys.executable, str(script), *map(str, arguments)], capture_output=True, text=True, timeout=100
    )


def test_one_turn_is_taken_apart(tmp_path: Path) -> None:
    """In real time, so it is asserted only what stand-ins take at least."""
    require("flite", "bench")
    talk = write_talk(tmp_path / "talk.wav", 0.3, say("what time is it now"), 0.3)
    delays = ("--asr-ms", "500", "--turn-ms", "10", "--wait-ms", "400", "--llm-ms", "120", "--tts-ms", "80")
    files = ("--json", tmp_path / "figures.json", "--plot", tmp_path / "bars.png")
    done = benchmark(talk, "--turns", "1", "--pause-ms", "2500", *delays, *files)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert set(found["summary"]) == KEYS | {f"speculative_{key}" for key in KEYS}
    assert [run["speculative"] for run in found["runs"]] == [False, True]
    for run in found["runs"]:
        assert sum(run["pipeline_places"].values()) == pytest.approx(run["pipeline"])
        assert run["pipeline"] >= 0
        assert run["VAD hang-over"] >= 300
        assert run["ASR final"] > 100, "it begins to decode at the first silence, and is not ready at the end"
        assert (run["turn decision"], run["LLM first piece"]) >= (10, 120)
        assert run["TTS first chunk"] >= 80
    for prefix, run in zip(("", "speculative_"), found["runs"], strict=True):
        assert found["summary"][f"{prefix}voice_to_voice_ms_median"] == pytest.approx(sum(run[bar] for bar in BARS))
    assert (tmp_path / "bars.png").stat().st_size > 1000
    assert "added by the pipeline" in done.stdout


def test_what_is_no_recording_is_named(tmp_path: Path) -> None:
    done = benchmark(tmp_path / "nothing.wav")
    assert done.returncode == 1
    assert "nothing.wav" in done.stderr and "Traceback" not in done.stderr
