"""Valid graphs of one file, as the engine gets them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from ten_runtime._conversion import Conversion, Rule
from ten_runtime._graph import FlatGraph, NodeSpec, Target, parse_graph

Json = dict[str, Any]

WHERE = 'property.json: graph "g"'


def nodes(*names: str, **more: Any) -> list[Json]:
    return [{"type": "extension", "name": name, "addon": f"{name}_addon", **more} for name in names]


def parse(
    connections: Iterable[Json] = (), node_list: list[Json] | None = None, app_uri: str = "", **more: Any
) -> FlatGraph:
    graph = {"nodes": node_list or nodes("a", "b", "c"), "connections": list(connections), **more}
    return parse_graph(graph, base_dir=Path(), where=WHERE, app_uri=app_uri)


def routes(graph: FlatGraph) -> dict[tuple[str, str, str], list[str]]:
    """Sender, kind and name to names of targets."""
    return {key: [target.node for target in targets] for key, targets in graph.routes.items()}


def to(*names: str) -> list[Json]:
    return [{"extension": name} for name in names]


def test_nodes_keep_their_order_and_fields() -> None:
    listed = nodes("b", "ten:test_extension") + nodes("a", extension_group="own", property={"x": {"y": 1}})
    assert parse(node_list=listed).nodes == (
        NodeSpec("b", "b_addon", "default_extension_group", {}),
        NodeSpec("ten:test_extension", "ten:test_extension_addon", "default_extension_group", {}),
        NodeSpec("a", "a_addon", "own", {"x": {"y": 1}}),
    )


def test_properties_are_copies() -> None:
    listed = nodes("a", property={"x": {"y": 1}})
    parse(node_list=listed).nodes[0].property["x"]["y"] = 2
    assert listed[0]["property"] == {"x": {"y": 1}}


def test_a_graph_without_connections() -> None:
    graph = parse_graph({"nodes": nodes("a")}, base_dir=Path(), where=WHERE)
    assert (graph.routes, graph.exposed_in, graph.exposed_out) == ({}, {}, frozenset())


def test_destinations_keep_their_declared_order() -> None:
    graph = parse(
        [
            {
                "extension": "a",
                "cmd": [{"name": "flush", "dest": to("c", "b", "a")}],
                "data": [{"name": "flush", "dest": to("b")}, {"name": "none", "dest": []}],
                "audio_frame": [{"name": "pcm", "dest": to("b")}],
                "video_frame": [{"name": "pic", "dest": to("c")}],
            }
        ]
    )
    assert routes(graph) == {
        ("a", "cmd", "flush"): ["c", "b", "a"],
        ("a", "data", "flush"): ["b"],
        ("a", "audio_frame", "pcm"): ["b"],
        ("a", "video_frame", "pic"): ["c"],
    }
    assert graph.routes["a", "data", "flush"] == (Target("b", None),)


def test_names_stand_for_one_flow_each() -> None:
    graph = parse([{"extension": "a", "data": [{"names": ["x", "y"], "dest": to("b", "c")}]}])
    assert routes(graph) == {("a", "data", "x"): ["b", "c"], ("a", "data", "y"): ["b", "c"]}


def test_source_is_the_same_as_dest_on_the_other_side() -> None:
    graph = parse(
        [
            {
                "extension": "a",
                "cmd": [{"names": ["x", "y"], "source": to("b", "c")}],
                "data": [{"name": "t", "source": to("b")}, {"name": "t", "dest": to("c")}],
            }
        ]
    )
    assert routes(graph) == {
        ("b", "cmd", "x"): ["a"],
        ("c", "cmd", "x"): ["a"],
        ("b", "cmd", "y"): ["a"],
        ("c", "cmd", "y"): ["a"],
        ("b", "data", "t"): ["a"],
        ("a", "data", "t"): ["c"],
    }


def test_forward_and_reverse_flows_are_merged_forward_ones_first() -> None:
    graph = parse(
        [
            {"extension": "b", "cmd": [{"name": "x", "source": to("a")}]},
            {"extension": "a", "cmd": [{"name": "x", "dest": to("c")}]},
            {"extension": "c", "cmd": [{"name": "x", "source": to("a")}]},
        ]
    )
    assert routes(graph) == {("a", "cmd", "x"): ["c", "b"]}


def test_the_same_destination_twice_counts_once() -> None:
    assert routes(parse([{"extension": "a", "cmd": [{"name": "x", "dest": to("b", "b")}]}])) == {
        ("a", "cmd", "x"): ["b"]
    }


def test_a_conversion_belongs_to_its_target() -> None:
    conversion = {
        "type": "per_property",
        "keep_original": True,
        "rules": [
            {"path": "ten.name", "conversion_mode": "fixed_value", "value": "other"},
            {"path": "to.x", "conversion_mode": "from_original", "original_path": "from[0]"},
        ],
        "result": {
            "type": "per_property",
            "rules": [{"path": "n", "conversion_mode": "fixed_value", "value": 1}],
        },
    }
    dest = [{"extension": "b", "msg_conversion": conversion}, {"extension": "c"}]
    graph = parse([{"extension": "a", "cmd": [{"name": "x", "dest": dest}]}])
    assert graph.routes["a", "cmd", "x"] == (
        Target(
            "b",
            Conversion(
                (Rule("ten.name", value="other"), Rule("to.x", original_path="from[0]")),
                keep_original=True,
                result=Conversion((Rule("n", value=1),)),
            ),
        ),
        Target("c", None),
    )


EXACT = {"field": "name", "operator": "exact", "value": "b"}


@pytest.mark.parametrize(
    ("selector", "matched"),
    [
        (EXACT, ["b"]),
        ({"field": "name", "operator": "regex", "value": "^tts_"}, ["tts_1", "tts_2"]),
        ({"field": "name", "operator": "regex", "value": "_2"}, ["tts_2"]),
        ({"field": "addon", "operator": "exact", "value": "b_addon"}, ["b"]),
        ({"field": "extension_group", "operator": "exact", "value": "own"}, ["tts_1", "tts_2"]),
        ({"field": "type", "operator": "exact", "value": "extension"}, ["a", "b", "tts_1", "tts_2"]),
        ({"or": [EXACT, {"field": "name", "operator": "exact", "value": "tts_1"}]}, ["b", "tts_1"]),
        (
            {
                "and": [
                    {"field": "name", "operator": "regex", "value": "tts"},
                    {"or": [{"field": "addon", "operator": "regex", "value": "2"}]},
                ]
            },
            ["tts_2"],
        ),
    ],
)
def test_a_selector_stands_for_all_nodes_it_matches(selector: Any, matched: Any) -> None:
    listed = [
        *nodes("a", "b"),
        *nodes("tts_1", "tts_2", extension_group="own"),
        {"type": "selector", "name": "s", "filter": selector},
    ]
    forward = parse([{"extension": "a", "cmd": [{"name": "x", "dest": [{"selector": "s"}]}]}], listed)
    assert routes(forward) == {("a", "cmd", "x"): matched}
    reverse = parse([{"extension": "a", "cmd": [{"name": "x", "source": [{"selector": "s"}]}]}], listed)
    assert routes(reverse) == {(name, "cmd", "x"): ["a"] for name in matched}
    entry = parse([{"selector": "s", "cmd": [{"name": "x", "dest": to("a")}]}], listed)
    assert routes(entry) == {(name, "cmd", "x"): ["a"] for name in matched}
    assert [node.name for node in forward.nodes] == ["a", "b", "tts_1", "tts_2"]


def test_flows_of_a_selector_join_those_of_the_extension_itself() -> None:
    listed = [*nodes("a", "b", "c"), {"type": "selector", "name": "s", "filter": EXACT}]
    graph = parse(
        [
            {"extension": "b", "cmd": [{"name": "x", "dest": to("a")}]},
            {"selector": "s", "cmd": [{"name": "x", "dest": to("a", "c")}]},
        ],
        listed,
    )
    assert routes(graph) == {("b", "cmd", "x"): ["a", "c"]}


def test_exposed_messages() -> None:
    graph = parse(
        exposed_messages=[
            {"type": "cmd_in", "name": "start", "extension": "a"},
            {"type": "audio_frame_in", "name": "start", "extension": "b"},
            {"type": "data_out", "name": "text", "extension": "b"},
            {"type": "data_out", "name": "text", "extension": "c"},
        ],
        exposed_properties=[{"name": "volume", "extension": "a"}],
    )
    assert graph.exposed_in == {("cmd", "start"): "a", ("audio_frame", "start"): "b"}
    assert graph.exposed_out == {("b", "data", "text"), ("c", "data", "text")}


@pytest.mark.parametrize("app", ["", "msgpack://127.0.0.1:8001/"])
def test_the_own_app_may_be_named(app: Path) -> None:
    connections = [{"extension": "a", "app": app, "cmd": [{"name": "x", "dest": [{"extension": "b", "app": app}]}]}]
    graph = parse(connections, nodes("a", "b", app=app), app_uri="msgpack://127.0.0.1:8001/")
    assert routes(graph) == {("a", "cmd", "x"): ["b"]}
