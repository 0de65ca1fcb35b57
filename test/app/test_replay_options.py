"""With what file and options the app hears a recorded run again."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from support.graphs import Json, graph, node, property_json

from stream_omni.command_line import Options
from stream_omni.effective_property import choose_graph
from stream_omni.graph_file import GraphFile, nodes_of
from stream_omni.kept_runs import forget_all, kept_runs
from stream_omni.limit import parse_limit
from stream_omni.replay import RecordedRun, announce, replayed
from stream_omni.runtime import Runtime, RuntimeName
from stream_omni.setting import Setting
from stream_omni.user_error import UserError
from wrappers.report import Event

NAME = "2026-01-01_10-00-00"
RECORDED = graph(
    "live",
    [
        node("mic", "local_audio_python", device="x"),
        node("aec", "echo_suppressor_python", mode="gate"),
        node("speaker", "audio_file_python", mode="output", path="/mine.wav"),
        node("report", "turn_report_python", run_dir="/old", recording="/old.wav", console="off"),
    ],
)


def write_run(app_dir: Path, *tracks: str, entry: Json | None = RECORDED, **about: str) -> Path:
    run = app_dir / "runs" / NAME
    run.mkdir(parents=True)
    for track in tracks:
        (run / f"{track}.wav").touch()
    if entry is not None:
        (run / "graph.json").write_text(json.dumps(entry))
    (run / "run.json").write_text(json.dumps(about))
    return run


def replay(app_dir: Path, options: Options, runtime: RuntimeName = "embedded") -> tuple[Options, dict[str, Json]]:
    """The options that come of it, and the nodes of the graph that runs."""
    other = graph("other", [node("mic", "local_audio_python"), node("speaker", "local_audio_python")])
    file = GraphFile(app_dir, property_json(other, default_graph="other"), {"other": {}})
    with replayed(file, options, Runtime(runtime, app_dir, ())) as (_, of_replay, changed):
        return changed, nodes_of(choose_graph(of_replay, changed).entry)


def test_the_recorded_graph_with_files_for_ears_and_mouth(tmp_path: Path) -> None:
    run = write_run(tmp_path, "microphone", "clean_microphone")

    options, nodes = replay(tmp_path, Options(replay="latest"))

    track = str(run / "clean_microphone.wav")
    assert nodes["mic"] == node("mic", "audio_file_python", mode="input", path=track)
    assert nodes["speaker"] == node("speaker", "audio_file_python", mode="output", path="")
    assert nodes["aec"]["property"] == {"mode": "off"}
    assert nodes["report"]["property"] == {"console": "off"}
    assert options.fast and options.replay == NAME


def test_the_raw_microphone_keeps_the_echo_suppressor(tmp_path: Path) -> None:
    write_run(tmp_path, "microphone", "clean_microphone")

    options, nodes = replay(tmp_path, Options(replay="latest", track="microphone"))

    assert options.input is not None and options.input.name == "microphone.wav"
    assert nodes["aec"]["property"] == {"mode": "gate"}


def test_the_user_has_the_last_word(tmp_path: Path) -> None:
    write_run(tmp_path, "microphone", "clean_microphone")

    _, nodes = replay(tmp_path, Options(replay="latest", settings=(Setting("aec", "mode", "aec"),)))

    assert nodes["aec"]["property"] == {"mode": "aec"}


def test_another_graph_hears_it(tmp_path: Path) -> None:
    run = write_run(tmp_path, "microphone", entry=None)

    _, nodes = replay(tmp_path, Options(replay=str(run), graph="other"))

    assert nodes["mic"]["property"]["path"] == str(run / "microphone.wav")
    with pytest.raises(UserError, match=r"graph.json holds no graph; name one of property.json with --graph"):
        replay(tmp_path, Options(replay="latest"))
    with pytest.raises(UserError, match="has no track clean_microphone"):
        replay(tmp_path, Options(replay="latest", graph="other", track="clean_microphone"))


@pytest.mark.parametrize(
    ("options", "runtime", "fast"),
    [
        (Options(), "embedded", True),
        (Options(), "native", False),
        (Options(real_time=True), "embedded", False),
        (Options(limits=(parse_limit("turns!=1"),)), "embedded", True),
        (Options(limits=(parse_limit("first_sound_ms>1500"),)), "embedded", False),
        (Options(limits=(parse_limit("first_sound_ms>1500"),), fast=True), "embedded", True),
    ],
)
def test_the_pace(tmp_path: Path, options: Options, runtime: RuntimeName, fast: bool) -> None:
    write_run(tmp_path, "microphone", pace="virtual")
    wanted = Options(replay="latest", real_time=options.real_time, limits=options.limits, fast=options.fast)

    assert replay(tmp_path, wanted, runtime)[0].fast is fast
    assert RecordedRun(tmp_path / "runs" / NAME).pace == "virtual"


@pytest.mark.parametrize(("source", "told"), [("keyboard", True), ("main_control", False)])
def test_keys_that_are_not_replayed_are_told(tmp_path: Path, source: str, told: bool) -> None:
    run = write_run(tmp_path, "microphone")
    (run / "events.jsonl").write_text(Event(900, "cmd", "interrupt", source, ("main_control",), {}).to_line(0))
    text = io.StringIO()

    file = GraphFile(tmp_path, property_json(RECORDED))
    announce(RecordedRun(run), Options(fast=True), file, Console(file=text, width=200))

    assert f"runs/{NAME}, in virtual time" in text.getvalue()
    assert ("Keys were pressed" in text.getvalue()) == told


def test_nobody_deletes_what_is_replayed(tmp_path: Path) -> None:
    write_run(tmp_path, "microphone")
    file = GraphFile(tmp_path, property_json(RECORDED))
    with replayed(file, Options(replay="latest"), Runtime("embedded", tmp_path, ())):
        assert forget_all(tmp_path, Console(quiet=True), is_agreed=True) == 1
    assert len(kept_runs(tmp_path)) == 1
    assert forget_all(tmp_path, Console(quiet=True), is_agreed=True) == 0
