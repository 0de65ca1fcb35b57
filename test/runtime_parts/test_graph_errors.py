"""Mistakes in graphs: each text says where, what was found, and what is allowed."""

import copy
from pathlib import Path
from typing import Any

import pytest
from ten_runtime._errors import GraphError
from ten_runtime._graph import parse_graph

WHERE = 'property.json: graph "offline"'
GRAPH: dict[str, Any] = {
    "nodes": [
        {"type": "extension", "name": "asr", "addon": "asr"},
        {"type": "extension", "name": "tts", "addon": "tts"},
        {"type": "selector", "name": "all", "filter": {"field": "name", "operator": "regex", "value": "."}},
    ],
    "connections": [
        {
            "extension": "asr",
            "cmd": [{"name": "flush", "dest": [{"extension": "tts"}]}],
            "data": [{"names": ["text", "more"], "dest": [{"extension": "tts"}]}],
        },
        {"extension": "tts", "cmd": [{"name": "tick", "source": [{"extension": "asr"}]}]},
    ],
    "exposed_messages": [{"type": "cmd_in", "name": "go", "extension": "asr"}],
    "exposed_properties": [{"name": "speed", "extension": "tts"}],
}
NODE = ("nodes", 1)
ENTRY = ("connections", 0)
FLOW = (*ENTRY, "cmd", 0)
DEST = (*FLOW, "dest", 0)
SELECTOR = ("nodes", 2)
REMOVE = object()
AT_TTS = ', node "tts"'
AT_ENTRY = ', connection of extension "asr"'
AT_FLOW = f'{AT_ENTRY}, cmd "flush"'
AT_DEST = f"{AT_FLOW}, dest[0]"


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    graph = copy.deepcopy(GRAPH)
    holder: Any = graph
    for step in path[:-1]:
        holder = holder[step]
    if value is REMOVE:
        del holder[path[-1]]
    elif isinstance(holder, list) and path[-1] == len(holder):
        holder.append(value)
    else:
        holder[path[-1]] = value
    return graph


def refusal(graph: Any, **more: Any) -> str:
    with pytest.raises(GraphError) as caught:
        parse_graph(graph, base_dir=Path(), where=WHERE, **more)
    text = str(caught.value)
    assert text.startswith(WHERE)
    return text.removeprefix(WHERE)


def test_the_graph_of_these_tests_is_valid() -> None:
    assert parse_graph(GRAPH, base_dir=Path(), where=WHERE).routes


@pytest.mark.parametrize(
    ("graph", "problem"),
    [
        (None, ": expected an object {...}, found null"),
        ([], ": expected an object {...}, found []"),
        ({}, ': "nodes" is missing; the keys found are none'),
        (
            {"node": []},
            ': unknown key "node"; allowed are nodes, connections, exposed_messages, exposed_properties (did',
        ),
        ({"nodes": {}}, ", nodes: expected a list [...], found {}"),
        ({"nodes": []}, ": the graph has no extension node"),
        ({"nodes": [GRAPH["nodes"][2]]}, ": the graph has no extension node"),
        ({"nodes": [], "_comment": "x"}, ': unknown key "_comment"; allowed are nodes, '),
        ({"import_uri": "x.json", "nodes": []}, ': unknown key "nodes"; allowed are import_uri'),
    ],
)
def test_the_graph_itself(graph: Any, problem: str) -> None:
    assert refusal(graph).startswith(problem)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (NODE, "tts", ', nodes[1]: expected an object {...}, found "tts"'),
        ((*NODE, "name"), REMOVE, ', nodes[1]: "name" is missing; the keys found are type, addon'),
        ((*NODE, "name"), 5, ", nodes[1], name: expected a string, found 5"),
        ((*NODE, "name"), "", ", nodes[1], name: must not be empty"),
        ((*NODE, "name"), "my-tts", ', node "my-tts": the name "my-tts" may hold letters, digits and _ only, and no'),
        ((*NODE, "name"), "2tts", ', node "2tts": the name "2tts" may hold'),
        ((*NODE, "name"), "a:b", ', node "a:b": the name "a:b" may hold'),
        ((*NODE, "name"), "asr", ', node "asr": two nodes have this name; rename one of them'),
        ((*NODE, "type"), REMOVE, f'{AT_TTS}: "type" is missing; it is one of extension, subgraph, selector'),
        ((*NODE, "type"), "extention", f'{AT_TTS}, type: "extention" is not one of extension, subgraph, selector (did'),
        ((*NODE, "type"), ["x"], f'{AT_TTS}, type: ["x"] is not one of'),
        ((*NODE, "addon"), REMOVE, f'{AT_TTS}: "addon" is missing; the keys found are type, name'),
        ((*NODE, "addon"), None, f"{AT_TTS}, addon: expected a string, found null"),
        ((*NODE, "extension_group"), "", f"{AT_TTS}, extension_group: must not be empty"),
        ((*NODE, "property"), [1], f"{AT_TTS}, property: expected an object {{...}}, found [1]"),
        (
            (*NODE, "propertys"),
            {},
            f'{AT_TTS}: unknown key "propertys"; allowed are type, name, addon, extension_group, app, property'
            ' (did you mean "property"?)',
        ),
        ((*NODE, "app"), 7, f"{AT_TTS}, app: expected a string, found 7"),
        ((*NODE, "app"), "http://other:1/", f'{AT_TTS}, app: "http://other:1/" is another app (this app has no uri)'),
        (NODE, {"type": "subgraph", "name": "tts"}, f'{AT_TTS}: "graph" is missing'),
        (
            NODE,
            {"type": "subgraph", "name": "tts", "graph": {"nodes": []}},
            f'{AT_TTS}, graph: unknown key "nodes"; allowed are import_uri',
        ),
        (
            NODE,
            {"type": "subgraph", "name": "tts", "graph": {"import_uri": "x"}, "addon": "y"},
            f'{AT_TTS}: unknown key "addon"; allowed are type, name, graph, property',
        ),
        (NODE, {"type": "selector", "name": "tts"}, f'{AT_TTS}: "filter" is missing'),
    ],
)
def test_nodes(path: tuple[Any, ...], value: Any, problem: str) -> None:
    assert refusal(changed(path, value)).startswith(problem)


@pytest.mark.parametrize(
    ("selector", "problem"),
    [
        ([], ": expected an object"),
        ({}, ": needs field, operator and value, or one list named and / or"),
        ({"field": "name"}, ': "operator" is missing'),
        ({"and": [], "or": []}, ': unknown key "or"; allowed are and'),
        ({"or": []}, ".or: needs at least one filter"),
        ({"or": [{}]}, ".or[0]: needs field, operator and value"),
        ({"field": "nam", "operator": "exact", "value": "x"}, '.field: "nam" is not one of name, addon, type, extens'),
        ({"field": "name", "operator": "like", "value": "x"}, '.operator: "like" is not one of exact, regex'),
        ({"field": "name", "operator": "regex", "value": "("}, '.value: "(" is not a regular expression (missing )'),
        ({"field": "name", "operator": "exact", "value": 1}, ".value: expected a string, found 1"),
    ],
)
def test_filters(selector: Any, problem: str) -> None:
    assert refusal(changed((*SELECTOR, "filter"), selector)).startswith(f', node "all", filter{problem}')


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("connections",), {}, ", connections: expected a list [...], found {}"),
        (ENTRY, [], ", connections[0]: expected an object {...}, found []"),
        (
            (*ENTRY, "cmds"),
            [],
            f'{AT_ENTRY}: unknown key "cmds"; allowed are extension, subgraph, selector, app, cmd, data, '
            'audio_frame, video_frame (did you mean "cmd"?)',
        ),
        (
            (*ENTRY, "extension"),
            REMOVE,
            ", connections[0]: exactly one of extension, subgraph, selector must be given, ",
        ),
        (
            (*ENTRY, "selector"),
            "all",
            ", connections[0]: exactly one of extension, subgraph, selector must be given, fo",
        ),
        ((*ENTRY, "extension"), 4, ", connections[0], extension: expected a string, found 4"),
        (
            (*ENTRY, "extension"),
            "ars",
            ', connection of extension "ars": there is no extension node "ars"; the extension nodes are asr, tts'
            ' (did you mean "asr"?)',
        ),
        (
            (*ENTRY, "extension"),
            "all",
            ', connection of extension "all": node "all" is of type selector: write {"selector": "all"}',
        ),
        (
            ("connections", 1, "extension"),
            "asr",
            f'{AT_ENTRY}: extension "asr" has two connection entries; put all its flows into one',
        ),
        ((*ENTRY, "app"), "x://y/", ', connections[0], app: "x://y/" is another app'),
        ((*ENTRY, "cmd"), {}, f"{AT_ENTRY}, cmd: expected a list [...], found {{}}"),
        (FLOW, 3, f"{AT_ENTRY}, cmd[0]: expected an object {{...}}, found 3"),
        ((*ENTRY, "cmd", 1), {"name": "flush", "dest": []}, f'{AT_ENTRY}: cmd "flush" is in two flows; put all its'),
        ((*ENTRY, "data", 1), {"name": "more", "dest": []}, f'{AT_ENTRY}: data "more" is in two flows; put all its'),
        ((*FLOW, "names"), ["x"], f'{AT_ENTRY}, cmd[0]: exactly one of "name" and "names" must be given, found both'),
        (
            (*FLOW, "name"),
            REMOVE,
            f'{AT_ENTRY}, cmd[0]: exactly one of "name" and "names" must be given, found neither',
        ),
        ((*FLOW, "name"), 3, f"{AT_ENTRY}, cmd[0].name: expected a string, found 3"),
        ((*ENTRY, "data", 0, "names"), [], f"{AT_ENTRY}, data[0].names: needs at least one name"),
        ((*ENTRY, "data", 0, "names"), "x", f'{AT_ENTRY}, data[0].names: expected a list [...], found "x"'),
        ((*ENTRY, "data", 0, "names", 0), 1, f"{AT_ENTRY}, data[0].names[0]: expected a string, found 1"),
        ((*ENTRY, "data", 0, "names", 0), "more", f'{AT_ENTRY}, data[0].names: "more" is given twice'),
        ((*FLOW, "source"), [], f'{AT_FLOW}: exactly one of "dest" and "source" must be given, found both'),
        ((*FLOW, "dest"), REMOVE, f'{AT_FLOW}: exactly one of "dest" and "source" must be given, found neither (the'),
        ((*FLOW, "dests"), [], f'{AT_ENTRY}, cmd[0]: unknown key "dests"; allowed are name, names, dest, source (did'),
        ((*FLOW, "dest"), "tts", f'{AT_FLOW}, dest: expected a list [...], found "tts"'),
        (DEST, "tts", f'{AT_DEST}: expected an object {{...}}, found "tts"'),
        (DEST, {}, f"{AT_DEST}: exactly one of extension, subgraph, selector must be given, found none (the keys"),
        (
            (*DEST, "extension"),
            "ttss",
            f'{AT_FLOW}: there is no extension node "ttss"; the extension nodes are asr, tts (did you mean "tts"?)',
        ),
        (
            (*DEST, "extension"),
            "voice:tts",
            f'{AT_FLOW}: "voice:tts": there is no subgraph node "voice"; the subgraph nodes are none',
        ),
        (DEST, {"subgraph": "tts"}, f'{AT_FLOW}: node "tts" is of type extension: write {{"extension": "tts"}}'),
        (DEST, {"selector": "none"}, f'{AT_FLOW}: there is no selector node "none"; the selector nodes are all'),
        ((*DEST, "app"), "localhost", f'{AT_DEST}, app: "localhost" is another app'),
        (
            ("connections", 1, "cmd", 0, "source", 0, "extension"),
            "as",
            ', connection of extension "tts", cmd "tick": there is no extension node "as"; the extension nodes are',
        ),
        (
            ("connections", 1, "cmd", 0, "source", 0, "msg_conversion"),
            {},
            ', connection of extension "tts", cmd "tick", source[0]: unknown key "msg_conversion"',
        ),
    ],
)
def test_connections(path: tuple[Any, ...], value: Any, problem: str) -> None:
    assert refusal(changed(path, value)).startswith(problem)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("exposed_messages",), {}, ", exposed_messages: expected a list"),
        (("exposed_messages", 0), 1, ", exposed_messages[0]: expected an object"),
        (
            ("exposed_messages", 0, "type"),
            "cmd",
            ', exposed_messages[0].type: "cmd" is not one of cmd_in, cmd_out, data_',
        ),
        (
            ("exposed_messages", 0, "extension"),
            REMOVE,
            ', exposed_messages, cmd_in "go": exactly one of extension, subg',
        ),
        (
            ("exposed_messages", 0, "extension"),
            "as",
            ', exposed_messages, cmd_in "go": there is no extension node "as"; the extension nodes are asr, tts',
        ),
        (
            ("exposed_messages", 0, "selector"),
            "all",
            ', exposed_messages[0]: unknown key "selector"; allowed are type,',
        ),
        (
            ("exposed_messages", 1),
            {"type": "cmd_in", "name": "go", "extension": "tts"},
            ', exposed_messages, cmd_in "go": exposed by both "asr" and "tts"; keep one',
        ),
        (("exposed_properties", 0, "name"), REMOVE, ', exposed_properties[0]: "name" is missing'),
        (
            ("exposed_properties", 0, "extension"),
            "tt",
            ', exposed_properties, "speed": there is no extension node "tt"; the extension nodes are asr, tts (did you',
        ),
    ],
)
def test_what_is_exposed(path: tuple[Any, ...], value: Any, problem: str) -> None:
    assert refusal(changed(path, value)).startswith(problem)


def test_a_selector_that_matches_nothing() -> None:
    graph = changed((*SELECTOR, "filter", "value"), "xyz")
    graph["connections"][0]["cmd"][0]["dest"] = [{"selector": "all"}]
    assert refusal(graph) == f'{AT_FLOW}: selector "all" matches none of the nodes asr, tts'


def test_apps() -> None:
    uri = "msgpack://127.0.0.1:8001/"
    graph = changed((*NODE, "app"), uri)
    assert refusal(graph, app_uri=uri).startswith(', node "asr": "app" is missing, but node "tts" has one; give it to')
    text = refusal(graph, app_uri="msgpack://other/")
    assert text == (
        f'{AT_TTS}, app: "{uri}" is another app (the uri of this app is "msgpack://other/"). '
        'Graphs over several apps are not supported; remove "app"'
    )
    assert refusal(changed((*NODE, "app"), "localhost"), app_uri="localhost").startswith(f'{AT_TTS}, app: "localhost"')


def test_a_long_list_of_nodes_is_cut() -> None:
    graph = changed((*DEST, "extension"), "nobody")
    graph["nodes"] += [{"type": "extension", "name": f"n{index}", "addon": "x"} for index in range(40)]
    assert refusal(graph).endswith("n16, n17, ... (42 in all)")
