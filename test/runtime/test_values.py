"""Errors, enums, locations and values (contract 1 and 1.1)."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import ten_runtime
from ten_runtime import (
    AudioFrameDataFmt,
    DefaultLogOption,
    Loc,
    LogLevel,
    LogOption,
    PixelFmt,
    SendOptions,
    StatusCode,
    TenError,
    TenErrorCode,
    Value,
    ValueType,
)

PUBLIC = [
    "Addon",
    "register_addon_as_extension",
    "_AddonManager",
    "App",
    "Extension",
    "AsyncExtension",
    "TenEnv",
    "AsyncTenEnv",
    "SendOptions",
    "Cmd",
    "CmdResult",
    "StatusCode",
    "StartGraphCmd",
    "StopGraphCmd",
    "TriggerLifeCycleCmd",
    "Data",
    "AudioFrame",
    "AudioFrameDataFmt",
    "VideoFrame",
    "PixelFmt",
    "LogLevel",
    "LogOption",
    "DefaultLogOption",
    "TenError",
    "TenErrorCode",
    "Value",
    "ValueType",
    "ExtensionTester",
    "TenEnvTester",
    "AsyncExtensionTester",
    "AsyncTenEnvTester",
    "Loc",
]


def test_everything_is_importable_from_the_package() -> None:
    assert [name for name in PUBLIC if not hasattr(ten_runtime, name)] == []
    assert sorted(ten_runtime.__all__) == sorted(PUBLIC)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("async_ten_env", "AsyncTenEnv"),
        ("audio_frame", "AudioFrame"),
        ("msg", "Msg"),
        ("data", "Data"),
        ("async_extension", "AsyncExtension"),
        ("loc", "Loc"),
        ("cmd", "Cmd"),
        ("cmd_result", "CmdResult"),
        ("error", "TenError"),
        ("value", "Value"),
        ("addon_manager", "_AddonManager"),
    ],
)
def test_submodules_have_tens_names(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(f"ten_runtime.{module}"), name)


def test_numbers_of_enums() -> None:
    assert [int(item) for item in StatusCode] == [0, 1]
    assert {item.name: int(item) for item in LogLevel} == {"INVALID": 0, "DEBUG": 1, "INFO": 2, "WARN": 3, "ERROR": 4}
    assert [int(item) for item in AudioFrameDataFmt] == [1, 2]
    assert [item.name for item in PixelFmt] == ["RGB24", "RGBA", "BGR24", "BGRA", "I422", "I420", "NV21", "NV12"]
    assert [int(item) for item in PixelFmt] == list(range(1, 9))
    assert TenErrorCode.ErrorCodeMsgNotConnected == 7
    assert TenErrorCode.ErrorCodeTimeout == 8
    assert ValueType.JSON_STRING == 9


def test_an_error_is_a_plain_value() -> None:
    error = TenError.create(TenErrorCode.ErrorCodeTimeout, "late")
    assert (error.error_code(), error.error_message()) == (8, "late")
    assert str(error) == "error_code: 8, error_message: late"
    assert not isinstance(error, Exception)
    assert TenError.create(TenErrorCode.ErrorCodeGeneric).error_message() == ""
    with pytest.raises(NotImplementedError):
        TenError(1, "x")
    with pytest.raises(AttributeError):
        TenError.create(1, "x")  # type: ignore[arg-type]


def test_small_types() -> None:
    loc = Loc("app", "graph", "node")
    assert (loc.app_uri, loc.graph_id, loc.extension_name) == ("app", "graph", "node")
    loc.graph_id = "other"
    assert loc.graph_id == "other"
    assert (Loc().app_uri, Loc().graph_id, Loc().extension_name) == (None, None, None)
    assert (LogOption().skip, LogOption().sync) == (2, False)
    assert DefaultLogOption.skip == 2
    assert not SendOptions().wait_for_result
    assert SendOptions(wait_for_result=True).wait_for_result


@pytest.mark.parametrize(
    ("make", "getter", "data", "kind"),
    [
        ("from_bool", "get_bool", True, ValueType.BOOL),
        ("from_int", "get_int", 3, ValueType.INT),
        ("from_float", "get_float", 1.5, ValueType.FLOAT),
        ("from_string", "get_string", "x", ValueType.STRING),
        ("from_buf", "get_buf", b"xy", ValueType.BYTES),
        ("from_json_string", "get_json_string", "{}", ValueType.JSON_STRING),
    ],
)
def test_a_value_knows_its_type(make: str, getter: str, data: Any, kind: ValueType) -> None:
    value = getattr(Value, make)(data)
    assert value.get_type() is kind
    assert getattr(value, getter)() == (data, None)
    other = "get_int" if getter != "get_int" else "get_string"
    zero, error = getattr(value, other)()
    assert zero in (0, "")
    assert error.error_code() == 4


def test_values_nest() -> None:
    value = Value.from_python({"list": [1, None, {"deep": b"x"}], "text": "t"})
    assert value.get_type() is ValueType.OBJECT
    fields, error = value.get_object()
    assert error is None
    assert fields["list"].get_array()[0][1].get_type() is ValueType.NULL
    assert value.to_python() == {"list": [1, None, {"deep": b"x"}], "text": "t"}
    assert value.get_array()[0] == []
    with pytest.raises(TypeError):
        Value.from_python(object())
