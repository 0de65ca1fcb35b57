"""The graphs in property.json: what they share is the same."""

import json
from typing import Any

import pytest
from support.require import REPOSITORY

from stream_omni.mermaid import Edge, edges_of

GRAPHS: dict[str, dict[str, Any]] = {
    graph["name"]: graph
    for graph in json.loads((REPOSITORY / "property.json").read_text("utf-8"))["ten"]["predefined_graphs"]
}
LIVE = ["voice_chat", "barge_in"]


def nodes(name: str) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in GRAPHS[name]["graph"]["nodes"]}


def edges(name: str) -> set[Edge]:
    found = list(edges_of(GRAPHS[name]))
    assert len(found) == len(set(found)), "an entry stands twice"
    return set(found)


def test_the_live_graphs_differ_only_in_how_one_may_interrupt() -> None:
    first, second = (nodes(name) for name in LIVE)
    assert edges(LIVE[0]) == edges(LIVE[1])
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == ["aec", "main_control"]
    controls = [dict(node["main_control"]["property"]) for node in (first, second)]
    assert [control.pop("barge_in") for control in controls] == ["off", "words"]
    assert controls[0] == controls[1]


def test_offline_is_wired_as_the_live_graphs_are_without_devices_and_echo() -> None:
    offline, live = edges("offline"), edges("voice_chat")
    """The built-in responder uses no tools."""
    only_live = {edge for edge in live - offline if "aec" not in (edge.source, edge.target)}
    assert {(edge.source, edge.message) for edge in only_live} == {
        ("mic", "device_state"),
        ("speaker", "device_state"),
        ("mic", "interrupt"),
        ("clock", "tool_register"),
        ("clock", "announcement"),
        ("clock", "ready"),
        ("clock", "error"),
    }
    assert offline - live == {Edge("audio_frame", "pcm_frame", "mic", "vad")}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_user_is_listened_to_once_every_node_is_ready(name: str) -> None:
    ready = {edge.source for edge in edges(name) if (edge.message, edge.target) == ("ready", "main_control")}
    assert ready == nodes(name).keys() - {"main_control"}
    assert set(nodes(name)["main_control"]["property"]["wait_for"]) == ready
