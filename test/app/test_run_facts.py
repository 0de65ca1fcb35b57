"""What run.json and graph.json tell, and what they do not."""

import json
from pathlib import Path

from support.graphs import graph, node

from stream_omni.command_line import Options
from stream_omni.run_facts import HIDDEN, hide_secrets, run_facts, write_graph


def test_passwords_are_not_kept() -> None:
    params = {"api_key": "sk-1", "api_token": "", "max_tokens": 5, "keys": ["x"], "key": "${env:KEY}", "list": [{}]}

    assert hide_secrets({"params": params}) == {"params": params | {"api_key": HIDDEN}}
    arguments = ["--set", "llm.params.api_key=sk-1", "--set", "llm.params.model=x", "--fast"]
    assert run_facts("offline", "embedded", Options(arguments=tuple(arguments)))["arguments"] == [
        "--set",
        f"llm.params.api_key={HIDDEN}",
        "--set",
        "llm.params.model=x",
        "--fast",
    ]


def test_the_machine_and_the_versions_are_named() -> None:
    facts = run_facts("offline", "embedded", Options(fast=True, replay="yesterday"))

    assert facts["graph"] == "offline" and facts["runtime"] == "embedded"
    assert facts["versions"]["python"].startswith("3.") and facts["versions"]["numpy"]
    assert facts["machine"]["cores"] >= 1
    assert facts["pace"] == "virtual" and facts["replay_of"] == "yesterday"


def test_the_graph_is_kept_as_it_ran(tmp_path: Path) -> None:
    entry = graph("offline", [node("llm", "x", api_key="secret")])
    write_graph(tmp_path, entry)
    write_graph(tmp_path / "nowhere", entry)

    kept = json.loads((tmp_path / "graph.json").read_text())
    assert kept == graph("offline", [node("llm", "x", api_key=HIDDEN)])
