"""Garbage at every place of valid files gives an error for the user, and never any other exception."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ten_runtime._conversion import Conversion, ConversionError, parse_conversion
from ten_runtime._env_interpolation import interpolate
from ten_runtime._errors import ConfigError, GraphError
from ten_runtime._graph import FlatGraph, parse_graph
from ten_runtime._log_settings import parse_log_settings
from ten_runtime._manifest import load_json_file, read_manifest
from ten_runtime._properties import MISSING, PathError, from_json_text, get_path, set_path, to_json_text
from ten_runtime._schema import Schema, load_schema

GARBAGE: list[Any] = [
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    "",
    " ",
    "x",
    "a[",
    "a[99999999999].b",
    "ten.name",
    "sub:tts",
    "sub:",
    ":",
    "..",
    "(",
    "\0",
    "\ud800",
    "${env:NOT_SET_ANYWHERE}",
    "${env:",
    "http://example.com/",
    "file://",
    "file:///",
    "x" * 5000,
    [],
    [None],
    [[]],
    ["asr"],
    ["asr", "asr"],
    {},
    {"": 0},
    {"type": None},
    {"name": {}},
    {"import_uri": 5},
    {"import_uri": "sub.json"},
    {"extension": "asr"},
    {"extension": []},
    {"and": [{}]},
    {"field": "name", "operator": "regex", "value": "(?P<"},
]
SUBGRAPH = {
    "nodes": [{"type": "extension", "name": "tts", "addon": "tts"}],
    "connections": [{"extension": "tts", "cmd": [{"name": "x", "dest": [{"extension": "tts"}]}]}],
    "exposed_messages": [
        {"type": "cmd_in", "name": "flush", "extension": "tts"},
        {"type": "cmd_out", "name": "flush", "extension": "tts"},
    ],
    "exposed_properties": [{"name": "speed", "extension": "tts"}],
}
CONVERSION = {
    "type": "per_property",
    "keep_original": False,
    "rules": [
        {"path": "ten.name", "conversion_mode": "fixed_value", "value": "x"},
        {"path": "a.b[0]", "conversion_mode": "from_original", "original_path": "c"},
    ],
    "result": {
        "type": "per_property",
        "rules": [{"path": "a", "conversion_mode": "fixed_value", "value": 1}],
    },
}
GRAPH = {
    "nodes": [
        {
            "type": "extension",
            "name": "asr",
            "addon": "asr",
            "extension_group": "g",
            "app": "",
            "property": {"a": {"b": [1]}},
        },
        {"type": "extension", "name": "llm", "addon": "llm"},
        {"type": "subgraph", "name": "sub", "graph": {"import_uri": "sub.json"}, "property": {"speed": 1}},
        {
            "type": "selector",
            "name": "sel",
            "filter": {
                "and": [
                    {"field": "name", "operator": "exact", "value": "llm"},
                    {"or": [{"field": "addon", "operator": "regex", "value": "l+m"}]},
                ]
            },
        },
    ],
    "connections": [
        {
            "extension": "asr",
            "cmd": [
                {"name": "flush", "dest": [{"extension": "llm", "msg_conversion": CONVERSION}, {"subgraph": "sub"}]},
                {"names": ["a", "b"], "source": [{"extension": "llm"}, {"selector": "sel"}]},
            ],
            "data": [{"name": "text", "dest": [{"extension": "sub:tts"}, {"selector": "sel", "app": ""}]}],
        },
        {"subgraph": "sub", "cmd": [{"name": "flush", "dest": [{"extension": "asr"}]}]},
        {"selector": "sel", "audio_frame": [{"name": "pcm", "dest": [{"extension": "asr"}]}]},
    ],
    "exposed_messages": [{"type": "data_out", "name": "text", "extension": "asr"}],
    "exposed_properties": [{"name": "a", "extension": "asr"}],
}
MANIFEST = {
    "type": "extension",
    "name": "echo",
    "version": "0.1.0",
    "dependencies": [{"path": "../x"}, {"type": "system", "name": "y", "version": "1.0.0"}],
    "api": {
        "property": {
            "properties": {
                "k": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "int8"}}}},
                "s": {"type": "string"},
            },
            "required": ["s"],
        },
        "interface": [{"import_uri": "interface.json"}],
        "cmd_in": [{"name": "flush", "property": {"properties": {}}, "result": {"property": {"required": ["x"]}}}],
    },
}
LOG = {
    "handlers": [
        {
            "matchers": [{"level": "info", "category": "x"}],
            "formatter": {"type": "plain", "colored": True},
            "emitter": {"type": "file", "path": "x.log"},
        }
    ]
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, the root included."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def put(value: Any, path: tuple[Any, ...], garbage: Any) -> Any:
    """A copy with garbage at one place."""
    if not path:
        return copy.deepcopy(garbage)
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = copy.deepcopy(garbage)
    return changed


def mutations(valid: Any) -> Iterator[Any]:
    """Garbage at each place, each place missing, one key too many, each item twice."""
    for path in places(valid):
        for garbage in GARBAGE:
            yield put(valid, path, garbage)
        if path:
            removed = copy.deepcopy(valid)
            holder = removed
            for step in path[:-1]:
                holder = holder[step]
            item = holder.pop(path[-1])
            yield removed
            if isinstance(holder, list):
                yield put(valid, path[:-1], [*holder, item, item])
            else:
                yield put(valid, path[:-1], {**holder, f"{path[-1]}_": item})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub.json").write_text(json.dumps(SUBGRAPH))
    (tmp_path / "interface.json").write_text('{"data_out": [{"name": "text"}]}')
    return tmp_path


def outcomes(action: Callable[[Any], Any], valid: Any) -> tuple[int, list[Any]]:
    """How many mutations were refused, and what came of the others. Any other exception ends the test."""
    assert action(valid) is not None, "the original is valid"
    refused, accepted = 0, []
    for mutation in mutations(valid):
        try:
            accepted.append(action(mutation))
        except ConfigError as error:
            assert str(error).strip()
            refused += 1
    return refused, accepted


def test_graphs(folder: Path) -> None:
    def parse(graph: Any) -> FlatGraph:
        try:
            return parse_graph(graph, base_dir=folder, where="here")
        except GraphError as error:
            assert "here" in str(error)
            raise

    refused, accepted = outcomes(parse, GRAPH)
    assert refused > 5 * len(accepted)
    for graph in accepted:
        assert isinstance(graph, FlatGraph)
        names = {node.name for node in graph.nodes}
        used = {
            name for (sender, _, _), targets in graph.routes.items() for name in (sender, *[t.node for t in targets])
        }
        assert used <= names


def test_subgraph_files(folder: Path) -> None:
    outer = {"nodes": [{"type": "subgraph", "name": "sub", "graph": {"import_uri": "sub.json"}}]}

    def parse(graph: Any) -> FlatGraph:
        (folder / "sub.json").write_text(json.dumps(graph))
        return parse_graph(outer, base_dir=folder, where="here")

    refused, accepted = outcomes(parse, SUBGRAPH)
    assert refused > len(accepted) > 0


def test_several_mistakes_at_once(folder: Path) -> None:
    chance = random.Random(5)
    everywhere = list(places(GRAPH))[1:]
    refused = 0
    for _ in range(400):
        graph = GRAPH
        for path in chance.sample(everywhere, chance.randint(2, 5)):
            try:
                graph = put(graph, path, chance.choice(GARBAGE))
            except (KeyError, IndexError, TypeError, AttributeError):
                continue  # an earlier mutation took this place away
        try:
            parse_graph(graph, base_dir=folder, where="here")
        except GraphError:
            refused += 1
    assert refused > 300


def test_manifests(folder: Path) -> None:
    def read(manifest: Any) -> Schema:
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return load_schema(read_manifest(folder), folder)

    refused, accepted = outcomes(read, MANIFEST)
    assert refused > len(accepted)
    assert all(isinstance(schema, Schema) for schema in accepted)


def test_values_under_a_schema(folder: Path) -> None:
    schema = load_schema(MANIFEST, folder).property
    for tree in mutations({"k": [{"n": 1}, {"n": 2}], "s": "x", "free": {"a": [1]}}):
        if isinstance(tree, dict):
            problems = schema.adjust(tree)
            assert all(isinstance(problem, str) for problem in problems)
            assert ("s" in tree and isinstance(tree["s"], str)) or problems


def test_log_settings() -> None:
    refused, accepted = outcomes(lambda raw: parse_log_settings(raw, "here"), LOG)
    assert refused > len(accepted)


def test_conversions_that_are_accepted_can_be_applied() -> None:
    properties = {"c": [1, {"d": 2}], "x": "y"}

    def parse(raw: Any) -> Conversion:
        return parse_conversion(raw, "cmd", "here")

    refused, accepted = outcomes(parse, CONVERSION)
    assert refused > len(accepted)
    for conversion in accepted:
        try:
            converted, name = conversion.apply(properties, "message")
        except ConversionError:
            continue
        assert isinstance(converted, dict) and isinstance(name, str) and name
    assert properties == {"c": [1, {"d": 2}], "x": "y"}


def test_environment_placeholders() -> None:
    refused, accepted = outcomes(lambda raw: (interpolate(raw, "here", {}),), {"a": [{"b": "${env:X|y}"}]})
    assert refused == 4, "the unset variable, at each of the four places"
    assert accepted


def test_paths() -> None:
    chance = random.Random(7)
    for _ in range(3000):
        path = "".join(
            chance.choice(["a", "b", ".", "[", "]", "0", "1", "9", " ", ":"]) for _ in range(chance.randint(0, 7))
        )
        tree = {"a": {"b": [1, [2]]}, "b": [{"a": 1}]}
        try:
            set_path(tree, path, "new")
        except PathError as error:
            assert path in str(error)
            continue
        found = get_path(tree, path)
        assert found == "new" or (found is MISSING and ("" in path.split(".") or path.startswith(".")))
        assert from_json_text(to_json_text(tree)) == tree


@pytest.mark.parametrize("seed", range(4))
def test_files_with_random_bytes(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    valid = json.dumps(GRAPH).encode()
    path: Path = folder / "random.json"
    for _ in range(100):
        damaged = bytearray(valid)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            parse_graph(load_json_file(path), base_dir=folder, where="here")
        except ConfigError as error:
            assert str(error).startswith((str(path), "here"))
