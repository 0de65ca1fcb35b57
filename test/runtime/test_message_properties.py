"""Properties of messages (contract 1.3 and 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ten_runtime import Data

NOT_FOUND = 100000


@pytest.fixture
def message() -> Data:
    message = Data.create("x")
    tree = {"int": 3, "float": 1.5, "bool": True, "text": "hi", "list": [{"k": 7}], "null": None, "big": 2**64 - 1}
    assert message.set_property_from_json(None, json.dumps(tree)) is None
    return message


def test_values_are_read_by_type_and_path(message: Data) -> None:
    assert message.get_property_int("int") == (3, None)
    assert message.get_property_float("float") == (1.5, None)
    assert message.get_property_bool("bool") == (True, None)
    assert message.get_property_string("text") == ("hi", None)
    assert message.get_property_int("list[0].k") == (7, None)


@pytest.mark.parametrize(
    ("getter", "path", "zero", "code"),
    [
        ("int", "text", 0, 1),
        ("int", "float", 0, 1),
        ("int", "bool", 0, 1),
        ("int", "big", 0, 1),
        ("float", "int", 0.0, 1),
        ("bool", "int", False, 1),
        ("buf", "text", bytearray(), 1),
        ("string", "int", "", 3),
        ("string", "null", "", 3),
        ("int", "nothing", 0, NOT_FOUND),
        ("string", "list[1].k", "", NOT_FOUND),
        ("string", "a..b", "", NOT_FOUND),
        ("int", "list[x]", 0, 3),
    ],
)
def test_nothing_is_converted(message: Data, getter: str, path: str, zero: Any, code: int) -> None:
    value, error = getattr(message, f"get_property_{getter}")(path)
    assert value == zero
    assert type(value) is type(zero)
    assert error.error_code() == code
    assert error.error_message()


def test_a_missing_path_is_named(message: Data) -> None:
    _, error = message.get_property_int("no.such")
    assert error is not None
    assert error.error_message() == "Failed to find value: no.such"


def test_setters_build_what_is_missing(message: Data) -> None:
    assert message.set_property_string("new.deep[1].key", "v") is None
    assert message.set_property_int("int.inner", 1) is None  # a scalar in the way is replaced
    tree = json.loads(message.get_property_to_json()[0])
    assert tree["new"] == {"deep": [None, {"key": "v"}]}
    assert tree["int"] == {"inner": 1}


@pytest.mark.parametrize(
    ("setter", "value"),
    [
        ("int", 1.0),
        ("int", "1"),
        ("int", 2**63),
        ("float", "1"),
        ("string", 1),
        ("string", "a\0b"),
        ("buf", "text"),
        ("buf", b""),
    ],
)
def test_setters_refuse_wrong_python_types(message: Data, setter: str, value: Any) -> None:
    with pytest.raises(ValueError):
        getattr(message, f"set_property_{setter}")("k", value)


def test_setters_take_what_tens_take(message: Data) -> None:
    message.set_property_int("a", True)
    message.set_property_float("b", 2)
    message.set_property_bool("c", "yes")  # type: ignore[arg-type]
    message.set_property_buf("d", bytearray(b"xy"))
    assert message.get_property_int("a") == (1, None)
    assert message.get_property_float("b") == (2.0, None)
    assert message.get_property_bool("c") == (True, None)
    assert message.get_property_buf("d") == (bytearray(b"xy"), None)
    assert json.loads(message.get_property_to_json("d")[0]) is None


@pytest.mark.parametrize("path", ["", None])
def test_typed_setters_need_a_path(message: Data, path: Any) -> None:
    with pytest.raises(ValueError):
        message.set_property_int(path, 1)


def test_json_goes_in_and_out(message: Data) -> None:
    assert message.set_property_from_json("j", '[1, {"ä": "ß/"}]') is None
    text, error = message.get_property_to_json("j")
    assert error is None
    assert json.loads(text) == [1, {"ä": "ß/"}]
    assert "ä" in text
    assert message.get_property_to_json("int") == ("3", None)
    assert message.get_property_to_json("null") == ("null", None)
    assert message.get_property_to_json("text") == ('"hi"', None)
    assert message.get_property_to_json("nothing")[1] is not None


def test_bad_json_is_an_error(message: Data) -> None:
    error = message.set_property_from_json("j", "{")
    assert error is not None
    assert error.error_code() == 2


@pytest.mark.parametrize("path", [None, ""])
def test_without_a_path_json_replaces_everything(message: Data, path: str | None) -> None:
    assert message.set_property_from_json(path, '{"only": 1}') is None
    assert json.loads(message.get_property_to_json()[0]) == {"only": 1}
    error = message.set_property_from_json(path, "[1]")
    assert error is not None
    assert error.error_code() == 3


def test_keys_keep_their_order(message: Data) -> None:
    message.set_property_from_json(None, '{"z": 1, "a": 2}')
    message.set_property_int("z", 3)
    message.set_property_int("m", 4)
    assert list(json.loads(message.get_property_to_json()[0])) == ["z", "a", "m"]


def test_the_header_is_reached_by_ten_paths(message: Data) -> None:
    assert message.get_property_string("ten.name") == ("x", None)
    assert message.set_property_string("ten.name", "y") is None
    assert message.get_name() == "y"
    assert message.set_property_int("ten.name", 3) is not None
    assert "ten" not in json.loads(message.get_property_to_json()[0])
