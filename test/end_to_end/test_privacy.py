"""Who is talked to: in the graph offline nobody, otherwise the servers that the user has named."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.app_run import make_app, run_app
from support.chat_server import FakeChatServer, stream
from support.documents import app_commands
from support.require import require

NOTING = """\
import os, sys

def note(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        with open(os.environ["NOTED_CONNECTIONS"], "a") as file:
            file.write(f"{event} {address}\\n")

sys.addaudithook(note)
"""


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Notes the connections of all Python processes that are started from here; returns the file of notes."""
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(NOTING)
    notes = tmp_path / "connections.txt"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(hook), *filter(None, [os.environ.get("PYTHONPATH")])]))
    monkeypatch.setenv("NOTED_CONNECTIONS", str(notes))
    return notes


def lines(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


def test_connections_are_noticed(noted: Path) -> None:
    attempt = "import socket; socket.socket().connect_ex(('127.0.0.1', 9)); socket.getaddrinfo('127.0.0.1', 9)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {attempt!r}])"
    subprocess.run([sys.executable, "-c", child], check=True)

    assert lines(noted) == ["socket.connect ('127.0.0.1', 9)", "socket.getaddrinfo 127.0.0.1"]


def test_the_offline_graph_talks_to_nobody(noted: Path, recorded_talk: Path, tmp_path: Path) -> None:
    done = run_app(make_app(tmp_path / "app"), "--graph", "offline", "--fast", "--input", recorded_talk)

    assert done.status == 0, done.err
    assert done.texts("user") == ["hello how are you today"] and done.texts("agent")
    assert lines(noted) == []


def test_only_the_configured_server_is_talked_to(noted: Path, recorded_talk: Path, tmp_path: Path) -> None:
    require("openai")
    with FakeChatServer(stream("I am fine.")) as server:

        def ask_server(graph: dict[str, Any]) -> None:
            node = next(node for node in graph["nodes"] if node["name"] == "llm")
            node |= {"addon": "openai_llm_python", "property": {"params": {"base_url": server.base_url}}}

        app = make_app(tmp_path / "app", ask_server)
        done = run_app(app, "--graph", "offline", "--fast", "--input", recorded_talk)
        host, port = server.base_url.removeprefix("http://").split("/")[0].split(":")

    assert done.texts("agent") == ["I am fine."], done.out + done.err
    assert {line for line in lines(noted) if "connect" in line} == {f"socket.connect ('{host}', {port})"}
    assert all(host in line for line in lines(noted))


def test_the_documented_way_to_forget(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    for name in ("2026-01-01_10-00-00", "mine"):
        (app / "runs" / name).mkdir(parents=True)
        (app / "runs" / name / "transcript.jsonl").write_text(json.dumps({}))

    assert app_commands("docs/privacy.md")[1:] == [["--forget"], ["--forget", "--yes"]]
    refused, done = (run_app(app, *arguments) for arguments in app_commands("docs/privacy.md")[1:])

    assert refused.status == 2 and "add --yes" in refused.err
    assert done.status == 0 and "Deleted 1 of 1 conversation" in done.out
    assert [path.name for path in (app / "runs").iterdir()] == ["mine"]
