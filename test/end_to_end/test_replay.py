"""A recorded conversation is heard again."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.app_run import Finished, run_app
from support.documents import app_commands

from wrappers.report import Event, read_events

CHANCE = {"id", "compute_ms", "latency_ms"}
COMMANDS = app_commands("docs/recorder_and_replay.md")


@pytest.fixture(scope="module")
def replays(recorded_run: Finished) -> tuple[Finished, Finished]:
    """The same run, twice, as the document says and by its name."""
    app = app_of(recorded_run)
    return run_app(app, *COMMANDS[0]), run_app(app, "--replay", run_dir(recorded_run).name)


def run_dir(run: Finished) -> Path:
    assert run.run_dir is not None, run.err
    return run.run_dir


def app_of(run: Finished) -> Path:
    return run_dir(run).parents[1]


def what_happened(run: Finished) -> list[Any]:
    """Every message of the conversation with its time; without what engines tell of their own work, and random ids.

    Before it, nodes become ready as quickly as the machine lets them.
    """
    events = read_events(run_dir(run) / "events.jsonl")
    begin = next(index for index, event in enumerate(events) if event.name == "start_input")
    return [comparable(event) for event in events[begin:] if event.name != "metrics"]


def comparable(event: Event) -> Any:
    return event.time_ms, event.kind, event.name, event.source, event.dests, without_chance(event.properties)


def without_chance(value: Any) -> Any:
    """Properties without random ids and the time that engines really took."""
    if not isinstance(value, dict):
        return value
    return {key: without_chance(inner) for key, inner in value.items() if key not in CHANCE}


def test_a_replay_has_the_same_events_run_after_run(replays: tuple[Finished, Finished]) -> None:
    first, second = replays

    assert (first.status, second.status) == (0, 0), first.err + second.err
    assert what_happened(first) == what_happened(second)
    assert len(what_happened(first)) > 50


def test_a_replay_hears_and_says_what_the_recording_did(
    recorded_run: Finished, replays: tuple[Finished, Finished]
) -> None:
    assert replays[0].transcript == recorded_run.transcript
    lines = [" ".join(line.split()) for line in replays[0].out.splitlines()]
    assert "turns of the user 1 1 same" in lines
    assert "words of the user that differ 0 0 same" in lines
    assert any(line.startswith("first sound, median ms") and line.endswith("same") for line in lines)


def test_the_work_of_the_echo_suppressor_is_in_the_recording(replays: tuple[Finished, Finished]) -> None:
    graph = json.loads((run_dir(replays[0]) / "graph.json").read_text("utf-8"))["graph"]
    by_name = {node["name"]: node for node in graph["nodes"]}

    assert by_name["mic"]["property"]["path"].endswith("clean_microphone.wav")
    assert by_name["aec"]["property"]["mode"] == "off"


def test_a_changed_graph_and_a_limit(recorded_run: Finished) -> None:
    """The agent waits longer for more words; that is seen, and fails where it must not be."""
    done = run_app(app_of(recorded_run), *COMMANDS[1])

    assert done.status == 1, done.out + done.err
    assert any("first sound" in line and line.strip().endswith("worse") for line in done.out.splitlines()), done.out
    assert "✗ first_sound_ms>900: it is " in done.out and "turns!=1" not in done.out
    assert "clean_microphone" not in done.out
