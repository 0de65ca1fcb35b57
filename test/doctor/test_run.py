"""The doctor goes on whatever happens to a step, and says what it found."""

import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from support.app_run import make_app

from stream_omni.command_line import parse_command_line
from stream_omni.doctor import child
from stream_omni.doctor.findings import Found
from stream_omni.doctor.run import run_doctor
from stream_omni.doctor.steps import STEPS
from stream_omni.graph_file import load_graph_file

FIGURES: dict[str, dict[str, float | str]] = {
    "sound": {"devices": "yes", "echo_mode": "auto", "echo_delay_ms": 120},
    "voice": {
        "tts_balanced_rtf": 0.5,
        "tts_balanced_first_ms": 900.0,
        "tts_latency_rtf": 0.5,
        "tts_latency_first_ms": 300.0,
    },
}


def doctor(app: Path, *arguments: str, works: bool = True) -> tuple[int, str, list[tuple[str, list[str]]]]:
    """Run it with steps that find FIGURES; returns its status, what it printed, and how it held the conversation."""
    held: list[tuple[str, list[str]]] = []

    def step(name: str, limit_s: float, arguments: Sequence[str]) -> Found:
        found = Found(figures=FIGURES.get(name, {}))
        found.add(name, "bad" if name == "recogniser" else "good", f"looked for {limit_s:g} s [at most]", "mend it")
        return found

    def talk(graph: str, arguments: Sequence[str]) -> Found:
        held.append((graph, list(arguments)))
        found = Found()
        found.add("talk", "good" if works else "bad", "1 ms", "look")
        return found

    out = StringIO()
    options = parse_command_line(["--doctor", *arguments])
    status = run_doctor(load_graph_file(app), options, Console(file=out, width=120), step, talk)
    return status, out.getvalue(), held


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return make_app(tmp_path / "app", lambda graph: None, graph_name="barge_in")


def test_every_step_has_its_line_and_the_advice_follows(app: Path) -> None:
    status, text, held = doctor(app)
    assert status == 0
    for step in STEPS:
        assert step.does in text
        assert f"looked for {step.limit_s:g} s [at most]" in text
    assert "✗" in text
    assert "Recommended: graph barge_in." in text
    expected = ["--set", "aec.echo_delay_ms=120", "--set", 'tts.params.preset="latency"']
    assert held == [("barge_in", expected)]
    assert not (app / "property.user.json").exists()


def test_apply_writes_the_advice(app: Path) -> None:
    _, text, _ = doctor(app, "--apply")
    assert "Written to" in text
    assert load_graph_file(app).user["barge_in"]["tts"]["property"]["params"] == {"preset": "latency"}


def test_the_status_is_that_of_the_conversation(app: Path) -> None:
    assert doctor(app, works=False)[0] == 1


def test_a_step_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(script(tmp_path, "sleep 60")))
    (finding,) = child.run_step("voice", 0.2, []).findings
    assert (finding.part, finding.grade) == ("voice", "bad")
    assert "not done after 0 s" in finding.text


def test_a_step_that_crashes_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(script(tmp_path, "echo out of memory >&2; kill -ABRT $$")))
    (finding,) = child.run_step("voice", 20, []).findings
    assert "out of memory" in finding.text
    assert "stream_omni.doctor.child" in finding.mend


def script(folder: Path, line: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def test_the_machine_is_looked_at_in_a_process_of_its_own() -> None:
    found = child.run_step("machine", 60, ["--graph", "offline"])
    assert {finding.part: finding.grade for finding in found.findings}["Python"] == "good"
    assert float(found.figures["memory_gb"]) > 0


def test_findings_survive_their_way() -> None:
    found = Found(figures={"a": 1.5, "b": "text"})
    found.add("part", "doubtful", "«text»\nof two lines", "mend")
    assert Found.from_json(found.to_json()) == found
    for broken in ("[]", "{}", '{"findings": [{"x": 1}], "figures": {}}'):
        with pytest.raises(ValueError):
            Found.from_json(broken)
