"""property.json and property.user.json: reading, and what is said about mistakes in them."""

import json
from pathlib import Path

import pytest
from support.graphs import Json, graph, node, property_json

from stream_omni.graph_file import GraphFile, load_graph_file, nodes_of
from stream_omni.user_error import UserError

CONTENT = property_json(
    graph("offline", [node("mic", "audio_file_python"), node("tts", "system_tts_python")]),
    graph("voice_chat", [node("mic", "local_audio_python")]),
    default_graph="voice_chat",
)


def write(folder: Path, content: Json, user: Json | None = None) -> GraphFile:
    (folder / "property.json").write_text(json.dumps(content))
    if user is not None:
        (folder / "property.user.json").write_text(json.dumps(user))
    return load_graph_file(folder)


def test_names_and_default(tmp_path: Path) -> None:
    file = write(tmp_path, CONTENT)

    assert file.names == ["offline", "voice_chat"]
    assert file.default_name == "voice_chat"
    assert file.entry(None)["name"] == "voice_chat"
    assert file.entry("offline")["name"] == "offline"


def test_the_first_graph_is_the_default_if_none_is_declared(tmp_path: Path) -> None:
    assert write(tmp_path, property_json(graph("a", []), graph("b", []))).default_name == "a"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ofline", 'property.json has no graph "ofline"; did you mean "offline"?'),
        ("zzz", 'property.json has no graph "zzz"; known: offline, voice_chat'),
    ],
)
def test_an_unknown_graph_names_the_known_ones(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(UserError) as error:
        write(tmp_path, CONTENT).entry(name)

    assert str(error.value) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"ten": {\n  "log": nope}}', "property.json, line 2, column 10: Expecting value"),
        ("[1]", "property.json holds a JSON list; it must hold one object"),
        (
            '{"ten": {"predefined_graphs": [{}]}}',
            "property.json: ten.predefined_graphs[0] must be an object with a name",
        ),
        ('{"ten": {"predefined_graphs": {}}}', "property.json: ten.predefined_graphs must be a list of graphs"),
        ('{"ten": []}', "property.json: ten.predefined_graphs is empty; it must hold at least one graph"),
        (
            '{"ten": {"predefined_graphs": [{"name": "a"}]}, "stream_omni": {"defualt_graph": "a"}}',
            "property.json: stream_omni, defualt_graph: unknown key; allowed are "
            "default_graph, echo_node, fallbacks, input_node, keyboard_node, max_runs_mb, output_node, report_node; "
            "did you mean default_graph?",
        ),
        (
            '{"ten": {"predefined_graphs": [{"name": "a"}]}, "stream_omni": {"fallbacks": {"x": [{}, {}]}}}',
            "property.json: stream_omni, fallbacks.x.0.addon: missing\n"
            "property.json: stream_omni, fallbacks.x.1.addon: missing",
        ),
        (
            '{"ten": {"predefined_graphs": [{"name": "a"}]}, "stream_omni": 3}',
            "property.json: stream_omni must be an object, not 3",
        ),
        ("{}", "property.json: ten.predefined_graphs is empty; it must hold at least one graph"),
        (
            json.dumps(property_json(graph("offline", []), default_graph="offlin")),
            'property.json: stream_omni.default_graph: "offlin" is not a graph of this file; did you mean "offline"?',
        ),
    ],
)
def test_mistakes_in_the_file(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "property.json").write_text(text)

    with pytest.raises(UserError) as error:
        load_graph_file(tmp_path).entry(None)

    assert str(error.value) == message


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {"nodes": 3},
        {"nodes": [3, {"name": "a"}, {"name": 1, "addon": "x"}, {"name": "a", "addon": "x", "property": []}]},
    ],
)
def test_what_is_no_node_is_left_to_the_runtime(content: object) -> None:
    assert nodes_of({"name": "a", "graph": content}) == {}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"property\.json is missing in "):
        load_graph_file(tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "property.json").write_bytes(b'{"a": "\xff"}')

    with pytest.raises(UserError, match=r"property\.json: byte 7 is not UTF-8 text"):
        load_graph_file(tmp_path)


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ({"offlin": {}}, 'property.user.json: "offlin" is not a graph of property.json; did you mean "offline"?'),
        (
            {"offline": {"tss": {"property": {}}}},
            'property.user.json: graph "offline", node "tss": property.json has no such node; did you mean "tts"?',
        ),
        (
            {"offline": {"tts": {"params": {}}}},
            'property.user.json: graph "offline", node "tts": '
            "expected an object with the keys addon (if it changes) and property",
        ),
        ({"offline": 3}, 'property.user.json: graph "offline": expected an object of nodes'),
    ],
)
def test_mistakes_in_the_users_own_file(tmp_path: Path, user: Json, message: str) -> None:
    with pytest.raises(UserError) as error:
        write(tmp_path, CONTENT, user)

    assert str(error.value) == message
