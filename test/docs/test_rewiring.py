"""The examples of docs/rewiring.md and docs/writing_an_extension.md run as they stand there."""

import json
from pathlib import Path
from typing import Any

from support.app_run import make_app, run_app, write_talk
from support.documents import apply_to_graph, examples, write_files
from support.foreign_addons import LISTENER, PASS_THROUGH, make_addon
from support.require import REPOSITORY, require
from support.speech import say

REWIRING = REPOSITORY / "docs" / "rewiring.md"
WRITING = REPOSITORY / "docs" / "writing_an_extension.md"


def question(folder: Path) -> Path:
    require("pocketsphinx", "flite")
    return write_talk(folder / "talk.wav", 0.5, say("what is seven times six"), 1.5)


def test_all_examples_of_rewiring_together(tmp_path: Path) -> None:
    done: list[str] = []

    def edit(graph: dict[str, Any]) -> None:
        for example in examples(REWIRING):
            if example.language == "json" and example.title != "dependency":
                apply_to_graph(example, graph)
                done.append(example.title)
        notes = next(node for node in graph["nodes"] if node["name"] == "notes")
        notes["property"]["file"] = str(tmp_path / "notes.txt")

    addons = make_addon(tmp_path / "addons", "pass_through_python", PASS_THROUGH)
    make_addon(addons, "listener_python", LISTENER)
    app = make_app(tmp_path / "app", edit, addons)
    assert len(done) == 6
    finished = run_app(app, "--graph", "offline", "--fast", "--input", question(tmp_path))
    assert finished.status == 0, finished.err
    assert finished.texts("user") == ["what is seven times six"]
    assert len(finished.texts("agent")) == 1
    assert (tmp_path / "notes.txt").read_text().split() == ["what", "is", "seven", "times", "six"]


def test_the_dependency_is_one_that_the_manifest_takes() -> None:
    (dependency,) = (json.loads(example.text) for example in examples(REWIRING) if example.title == "dependency")
    known = json.loads((REPOSITORY / "manifest.json").read_text("utf-8"))["dependencies"]
    assert dependency.keys() in [entry.keys() for entry in known]


def use_written_voice(graph: dict[str, Any]) -> None:
    for example in examples(WRITING):
        if example.title.startswith("swap"):
            apply_to_graph(example, graph)


def test_the_voice_of_writing_an_extension_speaks(tmp_path: Path) -> None:
    write_files(WRITING, tmp_path / "addons")
    app = make_app(tmp_path / "app", use_written_voice, tmp_path / "addons")
    finished = run_app(app, "--graph", "offline", "--fast", "--input", question(tmp_path))
    assert finished.status == 0, finished.err
    (agent,) = [entry for entry in finished.transcript if entry["role"] == "agent"]
    assert agent["end_ms"] - agent["start_ms"] > 50 * len(agent["text"]) * 0.8, "a tone for each letter"


def test_a_wrong_value_of_that_voice_is_named(tmp_path: Path) -> None:
    def edit(graph: dict[str, Any]) -> None:
        use_written_voice(graph)
        next(node for node in graph["nodes"] if node["name"] == "tts")["property"]["params"]["pitch_hz"] = "high"

    write_files(WRITING, tmp_path / "addons")
    finished = run_app(make_app(tmp_path / "app", edit, tmp_path / "addons"), "--graph", "offline", "--check")
    assert finished.status == 2
    assert all(part in finished.err for part in ("property.json", "offline", "tts", "params.pitch_hz")), finished.err
