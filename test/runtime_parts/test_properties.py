"""Property trees and paths."""

import json
from typing import Any

import pytest
from ten_runtime._properties import (
    MISSING,
    PathError,
    copy_tree,
    from_json_text,
    get_path,
    merge,
    parse_path,
    set_path,
    split_scope,
    to_json_text,
)

TREE = {"a": {"b": [{"c": 1}, [10, 20]]}, "123": "number", "aaa-bbb": "dash", "a b": "space", "null": None}


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ("a[1][2]", ("a", 1, 2)),
        ("[3].x", (3, "x")),
        ("a..b", ("a", "", "b")),
        ("a.[1]", ("a", 1)),
        ("a]b", ("a]b",)),
    ],
)
def test_parse_path(path: str, steps: Any) -> None:
    assert parse_path(path) == steps


@pytest.mark.parametrize("path", ["a[x]", "a[", "a[0", "a[]", "a[0]b", "a[-1]", "a[٣]", "a[1.5]"])
def test_a_bad_index_is_refused_by_every_operation(path: str) -> None:
    for action in (parse_path, lambda p: get_path({}, p), lambda p: set_path({}, p, 1)):
        with pytest.raises(PathError, match="array index") as caught:
            action(path)
        assert f'path "{path}"' in str(caught.value)


@pytest.mark.parametrize("index", ["65536", "9" * 5000])
def test_a_huge_index_is_refused_before_anything_is_padded(index: str) -> None:
    with pytest.raises(PathError, match="above 65535"):
        set_path({}, f"a[{index}]", 1)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", TREE),
        ("a.b[0].c", 1),
        ("a.b[1][1]", 20),
        ("123", "number"),
        ("aaa-bbb", "dash"),
        ("a b", "space"),
        ("null", None),
        ("a.b[2]", MISSING),
        ("a.x", MISSING),
        ("a..b", MISSING),
        ("a[0]", MISSING),
        ("a.b.c", MISSING),
        ("[0]", MISSING),
        ("123.x", MISSING),
        ("null.x", MISSING),
    ],
)
def test_get_path(path: str, value: Any) -> None:
    assert get_path(TREE, path) == value


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ({}, "a", {"a": 9}),
        ({}, "a.b.c", {"a": {"b": {"c": 9}}}),
        ({}, "a[2]", {"a": [None, None, 9]}),
        ({}, "a[1].b", {"a": [None, {"b": 9}]}),
        ({}, "a[1][1]", {"a": [None, [None, 9]]}),
        ({"a": [1, 2]}, "a[0]", {"a": [9, 2]}),
        ({"a": 1}, "a.b", {"a": {"b": 9}}),
        ({"a": {"b": 1}}, "a[0]", {"a": [9]}),
        ({"a": [1]}, "a.b", {"a": {"b": 9}}),
        ({"a": None}, "a.b", {"a": {"b": 9}}),
        ({"a": {"x": 1}}, "a..b", {"a": {"x": 1, "b": 9}}),
        ({"a": 1, "b": 2}, "a", {"a": 9, "b": 2}),
    ],
)
def test_set_path(before: Any, path: str, after: Any) -> None:
    set_path(before, path, 9)
    assert before == after
    assert list(before) == list(after), "an old key keeps its place"


@pytest.mark.parametrize("path", ["", "[0]", ".", "..", "[0].a"])
def test_set_path_needs_a_key(path: str) -> None:
    with pytest.raises(PathError, match="does not begin with a key"):
        set_path({"a": 1}, path, 1)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("app:x.y", ("app", "x.y")),
        ("extension:x", ("extension", "x")),
        ("x.y", ("", "x.y")),
        ("other:x", ("", "other:x")),
        ("app", ("", "app")),
        ("app:", ("app", "")),
    ],
)
def test_split_scope(path: str, parts: Any) -> None:
    assert split_scope(path) == parts


def test_merge_goes_into_objects_and_replaces_all_else() -> None:
    base = {"a": {"x": 1, "y": [1, 2]}, "b": 1, "c": {"z": 1}}
    over = {"a": {"y": [3], "n": {"m": 1}}, "c": 5, "d": None}
    merged = merge(base, over)
    assert merged == {"a": {"x": 1, "y": [3], "n": {"m": 1}}, "b": 1, "c": 5, "d": None}
    assert list(merged) == ["a", "b", "c", "d"]
    merged["a"]["n"]["m"] = merged["a"]["y"][0] = 0
    assert over == {"a": {"y": [3], "n": {"m": 1}}, "c": 5, "d": None}
    assert base == {"a": {"x": 1, "y": [1, 2]}, "b": 1, "c": {"z": 1}}


def test_copy_tree_shares_nothing_that_can_change() -> None:
    tree = {"a": [{"b": bytearray(b"xy")}], "c": b"z"}
    copy = copy_tree(tree)
    assert copy == tree
    copy["a"][0]["b"][0] = 0
    copy["a"].append(1)
    assert tree == {"a": [{"b": bytearray(b"xy")}], "c": b"z"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ({"b": 1, "a": [1, {}]}, '{\n    "b": 1,\n    "a": [\n        1,\n        {}\n    ]\n}'),
        ("é/\x01", '"é/\\u0001"'),
        (None, "null"),
        (True, "true"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        ({"buf": b"x", "other": bytearray(b"y")}, '{\n    "buf": null,\n    "other": null\n}'),
        (2**64, "18446744073709551616"),
        ([float("nan"), {"x": float("inf")}, 1.5], '[\n    null,\n    {\n        "x": null\n    },\n    1.5\n]'),
    ],
)
def test_to_json_text(value: Any, text: str) -> None:
    assert to_json_text(value) == text


def test_what_is_no_property_is_not_printed() -> None:
    with pytest.raises(TypeError, match="cannot hold a set"):
        to_json_text({"a": {1, 2}})


@pytest.mark.parametrize("text", ["1", '"x"', "null", '{"a": [1.5, true]}', '{"a": 1, "a": 2}', "1e300"])
def test_json_text_is_read(text: str) -> None:
    assert from_json_text(text) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Expecting value"),
        ("{", "property name"),
        ("NaN", "NaN is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ("[1e999]", "the number 1e999 is out of range"),
        ("[" * 201 + "]" * 201, "deeper than 200"),
        ("[" * 100_000, "deeper than 200"),
        ('{"a":' * 300 + "1" + "}" * 300, "deeper than 200"),
        ("9" * 5000, "limit"),
    ],
)
def test_what_is_not_json_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        from_json_text(text)


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert from_json_text("[" + "[],{}," * 500 + "1]")[-1] == 1
    assert from_json_text("[" * 200 + "]" * 200)
