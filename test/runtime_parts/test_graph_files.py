"""Graphs in several files: imports and subgraphs."""

import json
from pathlib import Path
from typing import Any

import pytest
from ten_runtime._errors import GraphError
from ten_runtime._graph import FlatGraph, Target, parse_graph

Json = dict[str, Any]

WHERE = 'property.json: graph "g"'


def extension(name: str, **more: Any) -> Json:
    return {"type": "extension", "name": name, "addon": name, **more}


def subgraph(name: str, uri: Any, **more: Any) -> Json:
    return {"type": "subgraph", "name": name, "graph": {"import_uri": uri}, **more}


VOICE = {
    "nodes": [extension("asr", property={"rate": 16000, "params": {"a": 1, "b": 1}}), extension("tts")],
    "connections": [{"extension": "asr", "data": [{"name": "text", "dest": [{"extension": "tts"}]}]}],
    "exposed_messages": [
        {"type": "audio_frame_in", "name": "pcm", "extension": "asr"},
        {"type": "cmd_in", "name": "flush", "extension": "tts"},
        {"type": "audio_frame_out", "name": "pcm", "extension": "tts"},
    ],
    "exposed_properties": [{"name": "rate", "extension": "asr"}, {"name": "params", "extension": "asr"}],
}


class Files:
    """An app folder with graph files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, graph: Json | str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(graph if isinstance(graph, str) else json.dumps(graph))

    def parse(self, graph: Json) -> FlatGraph:
        return parse_graph(graph, base_dir=self.folder, where=WHERE)

    def refusal(self, graph: Json) -> str:
        with pytest.raises(GraphError) as caught:
            self.parse(graph)
        return str(caught.value)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    app = Files(tmp_path.resolve())
    app.write("graphs/voice.json", VOICE)
    return app


def names(graph: FlatGraph) -> list[str]:
    return [node.name for node in graph.nodes]


def routes(graph: FlatGraph) -> dict[tuple[str, str, str], list[str]]:
    return {key: [target.node for target in targets] for key, targets in graph.routes.items()}


@pytest.mark.parametrize(
    "uri",
    [
        "graphs/voice.json",
        "./graphs/../graphs/voice.json",
        "${app_base_dir}/graphs/voice.json",
        "file://{folder}/graphs/voice.json",
        "file://${app_base_dir}/graphs/voice.json",
        "file://graphs/voice.json",
        "{folder}/graphs/voice.json",
        "graphs/my%20voice.json",
        "file://{folder}/graphs/white%20space.json",
    ],
)
def test_import_uri(files: Files, uri: str) -> None:
    files.write("graphs/my%20voice.json", VOICE)
    files.write("graphs/white space.json", VOICE)
    graph = files.parse({"import_uri": uri.replace("{folder}", str(files.folder))})
    assert routes(graph) == {("asr", "data", "text"): ["tts"]}


def test_imports_of_a_file_start_at_that_file(files: Files) -> None:
    files.write("deep/chain.json", {"import_uri": "../graphs/voice.json"})
    assert names(files.parse({"import_uri": "deep/chain.json"})) == ["asr", "tts"]


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        (
            "https://example.com/g.json",
            '"https://example.com/g.json": nothing is fetched from the net; save the file in',
        ),
        ("HTTP://example.com/g.json", "nothing is fetched from the net"),
        (
            "ftp://example.com/g.json",
            '"ftp://example.com/g.json": ftp is not supported (a path, file:// and ${app_base',
        ),
        ("missing.json", "missing.json: no such file"),
        ("broken.json", "broken.json, line 1, column 2: not valid JSON"),
        ("list.json", "list.json: expected an object {...}, found []"),
        ("", "must not be empty"),
        (7, "expected a string, found 7"),
        ("nul\0.json", "nul"),
    ],
)
def test_imports_that_fail(files: Files, uri: str, problem: str) -> None:
    files.write("broken.json", "{")
    files.write("list.json", "[]")
    text = files.refusal({"import_uri": uri})
    assert text.startswith(f"{WHERE}, import_uri: ")
    assert problem in text
    nested = files.refusal({"nodes": [subgraph("sub", uri)]})
    assert nested.startswith(f'{WHERE}, node "sub", graph')
    assert problem in nested


def test_a_mistake_in_an_imported_file_names_that_file(files: Files) -> None:
    files.write("graphs/bad.json", {"nodes": [extension("a"), extension("a")]})
    assert files.refusal({"import_uri": "graphs/bad.json"}).startswith(
        f'graphs/bad.json (imported by {WHERE}), node "a": two nodes have this name'
    )


@pytest.mark.parametrize(
    "graph",
    [{"import_uri": "a.json"}, {"nodes": [extension("x"), subgraph("again", "a.json")]}, {"import_uri": "b.json"}],
)
def test_circles_are_found(files: Files, graph: Any) -> None:
    files.write("a.json", graph)
    files.write("b.json", {"import_uri": "a.json"})
    assert "the files import each other in a circle: " in files.refusal({"import_uri": "a.json"})


def test_the_same_file_may_be_used_twice(files: Files) -> None:
    graph = files.parse({"nodes": [subgraph("one", "graphs/voice.json"), subgraph("two", "graphs/voice.json")]})
    assert names(graph) == ["one_asr", "one_tts", "two_asr", "two_tts"]
    assert routes(graph) == {("one_asr", "data", "text"): ["one_tts"], ("two_asr", "data", "text"): ["two_tts"]}


def test_messages_of_a_subgraph_go_by_what_it_exposes(files: Files) -> None:
    graph = files.parse(
        {
            "nodes": [extension("mic"), subgraph("voice", "graphs/voice.json"), extension("speaker")],
            "connections": [
                {"extension": "mic", "audio_frame": [{"name": "pcm", "dest": [{"subgraph": "voice"}]}]},
                {
                    "subgraph": "voice",
                    "audio_frame": [{"name": "pcm", "dest": [{"extension": "speaker"}]}],
                    "cmd": [{"name": "flush", "source": [{"extension": "mic"}]}],
                },
            ],
        }
    )
    assert names(graph) == ["mic", "voice_asr", "voice_tts", "speaker"]
    assert routes(graph) == {
        ("voice_asr", "data", "text"): ["voice_tts"],
        ("mic", "audio_frame", "pcm"): ["voice_asr"],
        ("voice_tts", "audio_frame", "pcm"): ["speaker"],
        ("mic", "cmd", "flush"): ["voice_tts"],
    }


def test_an_inner_node_is_reached_by_name_with_a_conversion(files: Files) -> None:
    conversion = {
        "type": "per_property",
        "rules": [{"path": "x", "conversion_mode": "fixed_value", "value": True}],
    }
    graph = files.parse(
        {
            "nodes": [subgraph("voice", "graphs/voice.json"), extension("log")],
            "connections": [
                {
                    "extension": "voice:asr",
                    "data": [{"name": "text", "dest": [{"extension": "log"}]}],
                    "cmd": [{"name": "x", "dest": [{"extension": "voice:tts", "msg_conversion": conversion}]}],
                },
                {"extension": "log", "data": [{"name": "more", "source": [{"extension": "voice:tts"}]}]},
            ],
        }
    )
    assert routes(graph) == {
        ("voice_asr", "data", "text"): ["voice_tts", "log"],
        ("voice_asr", "cmd", "x"): ["voice_tts"],
        ("voice_tts", "data", "more"): ["log"],
    }
    assert graph.routes["voice_asr", "data", "text"] == (Target("voice_tts", None), Target("log", None))
    conversion_of_x = graph.routes["voice_asr", "cmd", "x"][0].conversion
    assert conversion_of_x is not None and conversion_of_x.apply({}, "x") == ({"x": True}, "x")


def test_properties_of_a_subgraph_reach_the_exposed_ones(files: Files) -> None:
    node = subgraph("voice", "graphs/voice.json", property={"rate": 8000, "params": {"b": 2, "c": 3}})
    graph = files.parse({"nodes": [node]})
    assert graph.nodes[0].property == {"rate": 8000, "params": {"a": 1, "b": 2, "c": 3}}


def test_subgraphs_in_subgraphs(files: Files) -> None:
    files.write(
        "graphs/outer.json",
        {
            "nodes": [subgraph("voice", "voice.json"), extension("gate")],
            "connections": [{"extension": "gate", "cmd": [{"name": "flush", "dest": [{"subgraph": "voice"}]}]}],
            "exposed_messages": [
                {"type": "audio_frame_in", "name": "pcm", "subgraph": "voice"},
                {"type": "audio_frame_out", "name": "pcm", "extension": "voice:tts"},
            ],
            "exposed_properties": [{"name": "rate", "subgraph": "voice"}],
        },
    )
    graph = files.parse(
        {
            "nodes": [extension("mic"), subgraph("all", "graphs/outer.json", property={"rate": 44100})],
            "connections": [
                {"extension": "mic", "audio_frame": [{"name": "pcm", "dest": [{"subgraph": "all"}]}]},
                {"extension": "all:voice:asr", "cmd": [{"name": "up", "dest": [{"extension": "mic"}]}]},
                {"subgraph": "all", "audio_frame": [{"name": "pcm", "dest": [{"extension": "mic"}]}]},
            ],
            "exposed_messages": [{"type": "audio_frame_in", "name": "pcm", "subgraph": "all"}],
        }
    )
    assert names(graph) == ["mic", "all_voice_asr", "all_voice_tts", "all_gate"]
    assert graph.nodes[1].property["rate"] == 44100
    assert graph.exposed_in == {("audio_frame", "pcm"): "all_voice_asr"}
    assert routes(graph) == {
        ("all_voice_asr", "data", "text"): ["all_voice_tts"],
        ("all_gate", "cmd", "flush"): ["all_voice_tts"],
        ("mic", "audio_frame", "pcm"): ["all_voice_asr"],
        ("all_voice_asr", "cmd", "up"): ["mic"],
        ("all_voice_tts", "audio_frame", "pcm"): ["mic"],
    }


def test_a_selector_may_match_subgraphs(files: Files) -> None:
    selector = {"type": "selector", "name": "s", "filter": {"field": "type", "operator": "exact", "value": "subgraph"}}
    graph = files.parse(
        {
            "nodes": [extension("mic"), subgraph("v1", "graphs/voice.json"), selector],
            "connections": [{"extension": "mic", "cmd": [{"name": "flush", "dest": [{"selector": "s"}]}]}],
        }
    )
    assert graph.routes["mic", "cmd", "flush"] == (Target("v1_tts", None),)


@pytest.mark.parametrize(
    ("dest", "problem"),
    [
        (
            {"subgraph": "voice"},
            'subgraph "voice" exposes no cmd_in "flus"; its cmd_in are flush (did you mean "flush"?)',
        ),
        ({"extension": "voice:ttt"}, '"voice:ttt": subgraph "voice" has no node "ttt"; it has asr, tts (did you mean'),
        ({"extension": "vice:tts"}, '"vice:tts": there is no subgraph node "vice"; the subgraph nodes are voice (did'),
        ({"extension": "voice"}, 'node "voice" is of type subgraph: write {"subgraph": "voice"}'),
        ({"extension": "voice_tts"}, 'there is no extension node "voice_tts"; the extension nodes are mic'),
    ],
)
def test_what_a_subgraph_does_not_have(files: Files, dest: Any, problem: str) -> None:
    text = files.refusal(
        {
            "nodes": [extension("mic"), subgraph("voice", "graphs/voice.json")],
            "connections": [{"extension": "mic", "cmd": [{"name": "flus", "dest": [dest]}]}],
        }
    )
    assert text.startswith(f'{WHERE}, connection of extension "mic", cmd "flus": {problem}')


def test_other_mistakes_with_subgraphs(files: Files) -> None:
    voice = subgraph("voice", "graphs/voice.json", property={"rat": 1})
    assert files.refusal({"nodes": [voice]}) == (
        f'{WHERE}, node "voice", property.rat: the subgraph exposes no such property; '
        'it exposes rate, params (did you mean "rate"?)'
    )
    plain = subgraph("voice", "graphs/voice.json")
    assert files.refusal({"nodes": [extension("voice_asr"), plain]}).startswith(
        f'{WHERE}, node "voice": two nodes are named "voice_asr" once the subgraphs are put in'
    )
    exposed = [{"name": "volume", "subgraph": "voice"}]
    assert files.refusal({"nodes": [plain], "exposed_properties": exposed}) == (
        f'{WHERE}, exposed_properties, "volume": subgraph "voice" exposes no property "volume"; it exposes rate, params'
    )
    origin = {"subgraph": "voice", "data": [{"name": "text", "dest": [{"subgraph": "voice"}]}]}
    assert files.refusal({"nodes": [plain], "connections": [origin]}).endswith(
        'data "text": subgraph "voice" exposes no data_out "text"; its data_out are none'
    )
