"""A conversation that was recorded once, for the tests that look at it."""

from pathlib import Path
from typing import Any

import pytest
from support.app_run import Finished, make_app, run_app, write_talk
from support.require import require
from support.speech import say


@pytest.fixture(scope="session")
def recorded_talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require("pocketsphinx", "flite")
    return write_talk(tmp_path_factory.mktemp("talk") / "talk.wav", 0.5, say("hello how are you today"), 3.0)


@pytest.fixture(scope="session")
def recorded_run(recorded_talk: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A conversation with an echo suppressor in its graph."""
    return run_app(make_app(tmp_path_factory.mktemp("app"), with_echo_suppressor), "--fast", "--input", recorded_talk)


def with_echo_suppressor(graph: dict[str, Any]) -> None:
    graph["nodes"].append({"type": "extension", "name": "aec", "addon": "echo_suppressor_python", "property": {}})
    by_node = {connection["extension"]: connection for connection in graph["connections"]}
    by_node["mic"]["audio_frame"][0]["dest"][0]["extension"] = "aec"
    by_node["speaker"]["audio_frame"][0]["dest"].append({"extension": "aec"})
    by_node["speaker"]["data"][0]["dest"].append({"extension": "aec"})
    to_vad = {"extension": "aec", "audio_frame": [{"name": "pcm_frame", "dest": [{"extension": "vad"}]}]}
    graph["connections"].append(to_vad)
