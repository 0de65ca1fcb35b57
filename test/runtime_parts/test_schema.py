"""Schemas: types of properties and messages."""

import copy
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from ten_runtime._errors import ConfigError
from ten_runtime._schema import ObjectSchema, load_schema


def declare(declared: dict[str, Any], required: Iterable[str] = ()) -> dict[str, Any]:
    return {"properties": declared, "required": list(required)}


def property_schema(declared: dict[str, Any], required: Iterable[str] = ()) -> ObjectSchema:
    return load_schema({"api": {"property": declare(declared, required)}}, Path()).property


def adjusted(kind: str, value: Any) -> tuple[Any, list[str]]:
    tree = {"k": value}
    problems = property_schema({"k": {"type": kind}}).adjust(tree)
    return tree["k"], problems


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("bool", True, True),
        ("int8", -128, -128),
        ("int32", 2**31 - 1, 2**31 - 1),
        ("int64", -(2**63), -(2**63)),
        ("uint8", 255, 255),
        ("uint64", 2**64 - 1, 2**64 - 1),
        ("float32", 3, 3.0),
        ("float64", 3, 3.0),
        ("float64", 2.5, 2.5),
        ("string", "", ""),
        ("buf", b"x", b"x"),
        ("buf", bytearray(b"x"), bytearray(b"x")),
        ("ptr", None, None),
        ("array", [1, "x"], [1, "x"]),
        ("object", {"any": 1}, {"any": 1}),
    ],
)
def test_values_that_fit(kind: str, value: Any, expected: Any) -> None:
    found, problems = adjusted(kind, value)
    assert (found, type(found), problems) == (expected, type(expected), [])


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("bool", 1, "1"),
        ("bool", "true", '"true"'),
        ("int32", True, "true"),
        ("int32", 3.0, "3.0"),
        ("int32", "3", '"3"'),
        ("int32", None, "null"),
        ("int8", 128, "128, which is out of range -128 to 127"),
        ("uint16", -1, "-1, which is out of range 0 to 65535"),
        ("int64", 2**63, "9223372036854775808, which is out of range -9223372036854775808 to 9223372036854775807"),
        ("float64", "1.0", '"1.0"'),
        ("float64", False, "false"),
        ("float32", 1e300, "1e+300, which is out of range"),
        ("float64", 10**400, "an integer that is out of range"),
        ("string", 3, "3"),
        ("string", None, "null"),
        ("string", b"x", '"<bytes>"'),
        ("buf", "x", '"x"'),
        ("array", {}, "{}"),
        ("object", [1], "[1]"),
    ],
)
def test_values_that_do_not_fit_stay_and_are_told(kind: str, value: Any, found: Any) -> None:
    assert adjusted(kind, value) == (value, [f"k: expected {kind}, found {found}"])


NESTED = {
    "params": {
        "type": "object",
        "properties": {
            "preset": {"type": "string"},
            "speeds": {"type": "array", "items": {"type": "float32"}},
            "rows": {
                "type": "array",
                "items": {"type": "object", "properties": {"n": {"type": "float64"}}, "required": ["n"]},
            },
        },
        "required": ["preset"],
    }
}


def test_numbers_are_converted_at_every_depth() -> None:
    tree = {"params": {"preset": "a", "speeds": [1, 2.5], "rows": [{"n": 1}], "other": 1}, "free": 1}
    assert property_schema(NESTED, ["params"]).adjust(tree) == []
    assert json.dumps(tree) == (
        '{"params": {"preset": "a", "speeds": [1.0, 2.5], "rows": [{"n": 1.0}], "other": 1}, "free": 1}'
    )


@pytest.mark.parametrize(
    ("tree", "problems"),
    [
        ({}, ["the required properties are absent: 'params'"]),
        ({"params": 3}, ["params: expected object, found 3"]),
        ({"params": {}}, ["params: the required properties are absent: 'preset'"]),
        ({"params": {"preset": 3}}, ["params.preset: expected string, found 3"]),
        (
            {"params": {"preset": 3, "speeds": [1, "x", True], "rows": [{"n": 1}, {}, 5]}},
            [
                "params.preset: expected string, found 3",
                'params.speeds[1]: expected float32, found "x"',
                "params.speeds[2]: expected float32, found true",
                "params.rows[1]: the required properties are absent: 'n'",
                "params.rows[2]: expected object, found 5",
            ],
        ),
    ],
)
def test_all_problems_are_told(tree: Any, problems: list[str]) -> None:
    assert property_schema(NESTED, ["params"]).adjust(tree) == problems


@pytest.mark.parametrize(
    ("path", "value", "expected", "problems"),
    [
        ("params.speeds[3]", 1, 1.0, []),
        ("params.speeds[3]", "x", "x", ['params.speeds[3]: expected float32, found "x"']),
        ("params..preset", 1, 1, ["params..preset: expected string, found 1"]),
        ("params.rows[0]", {"n": 1}, {"n": 1.0}, []),
        ("params.rows[0]", {}, {}, ["params.rows[0]: the required properties are absent: 'n'"]),
        ("params.rows[0].n.m", 1, 1, ["params.rows[0].n.m: expected float64, found an object on the way to it"]),
        ("params[0]", 1, 1, ["params[0]: expected object, found an array on the way to it"]),
        ("params.unknown.deeper", 1, 1, []),
        ("unknown", 1, 1, []),
        ("bad[x]", 1, 1, []),
    ],
)
def test_one_value_on_its_way_to_a_path(path: str, value: Any, expected: Any, problems: list[str]) -> None:
    found, told = property_schema(NESTED).adjust_at(path, value)
    assert (found, type(found), told) == (expected, type(expected), problems)


API = {
    "cmd_in": [
        {
            "name": "flush",
            "property": declare({"id": {"type": "float64"}}, ["id"]),
            "result": {"property": declare({"ok": {"type": "bool"}})},
        },
        {"name": "bare"},
    ],
    "audio_frame_out": [{"name": "pcm", "property": declare({"n": {"type": "int32"}})}],
}


def test_schemas_of_messages() -> None:
    schema = load_schema({"api": API}, Path())
    flush = schema.message("in", "cmd", "flush")
    assert flush is not None and flush.result is not None
    tree = {"id": 1}
    assert flush.adjust(tree) == []
    assert isinstance(tree["id"], float)
    assert flush.adjust({}) == ["the required properties are absent: 'id'"]
    assert flush.result.adjust({"ok": 1}) == ["ok: expected bool, found 1"]
    bare = schema.message("in", "cmd", "bare")
    assert bare is not None and bare.result is None and bare.adjust({"any": 1}) == []
    frame = schema.message("out", "audio_frame", "pcm")
    assert frame is not None and frame.adjust({"n": "x"}) == ['n: expected int32, found "x"']


@pytest.mark.parametrize(
    "message", [("out", "cmd", "flush"), ("in", "data", "flush"), ("in", "cmd", "other"), ("in", "audio_frame", "pcm")]
)
def test_messages_without_a_schema(message: Any) -> None:
    assert load_schema({"api": API}, Path()).message(*message) is None
    assert not load_schema({}, Path()).messages


def test_interface_files_are_followed_and_the_nearest_definition_wins(tmp_path: Path) -> None:
    (tmp_path / "api/more").mkdir(parents=True)
    (tmp_path / "ext").mkdir()
    base = {
        "property": declare({"a": {"type": "string"}, "b": {"type": "string"}}, ["a"]),
        "interface": [{"import_uri": "more/base.json"}],
        "data_out": [{"name": "text", "property": declare({"t": {"type": "string"}})}],
    }
    (tmp_path / "api/interface.json").write_text(json.dumps(base))
    deepest = {"property": declare({"c": {"type": "bool"}}), "data_out": [{"name": "text"}, {"name": "deep"}]}
    (tmp_path / "api/more/base.json").write_text(json.dumps(deepest))
    api = {
        "property": declare({"b": {"type": "int32"}}, ["b"]),
        "interface": [{"import_uri": "../api/interface.json"}],
    }
    schema = load_schema({"api": api}, tmp_path / "ext")
    assert schema.property.adjust({"b": "x", "c": 1}) == [
        "the required properties are absent: 'a'",
        "c: expected bool, found 1",
        'b: expected int32, found "x"',
    ]
    text = schema.message("out", "data", "text")
    assert text is not None and text.adjust({"t": 1}) == ["t: expected string, found 1"]
    assert schema.message("out", "data", "deep") is not None


@pytest.mark.parametrize(
    ("api", "problem"),
    [
        ([], ": expected an object {...}, found []"),
        ({"cmd_ins": []}, ': unknown key "cmd_ins"; allowed are property, interface, cmd_in, '),
        ({"property": {"k": {"type": "string"}}}, '.property: unknown key "k"; allowed are properties, required'),
        ({"property": {"properties": []}}, ".property.properties: expected an object {...}, found []"),
        ({"property": declare({"k": {}})}, '.property.properties.k: "type" is missing; it is one of int8, '),
        ({"property": declare({"k": "string"})}, '.property.properties.k: expected an object {...}, found "string"'),
        ({"property": declare({"k": {"type": "str"}})}, '.property.properties.k.type: "str" is not one of int8, '),
        ({"property": declare({"k": {"type": "array", "items": 1}})}, ".property.properties.k.items: expected an obj"),
        ({"property": {"required": "k"}}, '.property.required: expected a list [...], found "k"'),
        ({"cmd_in": {}}, ".cmd_in: expected a list [...], found {}"),
        ({"cmd_in": [{}]}, '.cmd_in[0]: "name" is missing'),
        ({"cmd_in": [{"name": 1}]}, ".cmd_in[0].name: expected a string, found 1"),
        (
            {"data_in": [{"name": "x", "result": {}}]},
            '.data_in[0]: unknown key "result"; allowed are name, property, d',
        ),
        ({"cmd_in": [{"name": "x", "result": []}]}, ".cmd_in[0].result: expected an object {...}, found []"),
        ({"interface": [{}]}, '.interface[0]: "import_uri" is missing'),
        ({"interface": [{"import_uri": "gone.json"}]}, ".interface[0].import_uri: "),
        ({"interface": [{"import_uri": "https://x/y"}]}, '.interface[0].import_uri: "https://x/y": nothing is fetched'),
        ({"interface": [{"import_uri": "nul\0"}]}, ".interface[0].import_uri: "),
    ],
)
def test_mistakes_in_a_manifest_are_told_with_their_place(tmp_path: Path, api: Any, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_schema({"api": api}, tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'manifest.json'}: api{problem}")


def test_interface_files_that_are_wrong_or_go_in_circles(tmp_path: Path) -> None:
    api = {"interface": [{"import_uri": "a.json"}]}
    (tmp_path / "a.json").write_text(json.dumps(api))
    with pytest.raises(ConfigError, match=r"a\.json: interface\[0\]\.import_uri: .*a\.json imports itself"):
        load_schema({"api": api}, tmp_path)
    (tmp_path / "a.json").write_text('{"cmd_in": 1}')
    with pytest.raises(ConfigError) as caught:
        load_schema({"api": api}, tmp_path)
    assert str(caught.value) == f"{tmp_path.resolve() / 'a.json'}: cmd_in: expected a list [...], found 1"


def test_the_manifest_is_not_changed() -> None:
    before = copy.deepcopy(API)
    schema = load_schema({"api": API}, Path())
    assert schema.messages and before == API
