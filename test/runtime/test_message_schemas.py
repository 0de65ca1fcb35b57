"""Schemas of messages (contract 4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.ten_graphs import close_app, connect, detail, run_graph
from ten_runtime import (
    Addon,
    AsyncExtension,
    AsyncTenEnv,
    Cmd,
    CmdResult,
    Data,
    SendOptions,
    StatusCode,
    TenEnv,
    register_addon_as_extension,
)

WAIT = SendOptions(wait_for_result=True)
COUNT = {"properties": {"n": {"type": "int32"}}, "required": ["n"]}


def with_api(folder: Path, addon_name: str, make: Any, api: Any) -> str:
    """Register an extension whose manifest has this `api`."""
    folder.mkdir()
    manifest = {"type": "extension", "name": addon_name, "version": "0.1.0", "api": api}
    (folder / "manifest.json").write_text(json.dumps(manifest))

    @register_addon_as_extension(addon_name, str(folder / "addon.py"))
    class FolderAddon(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            ten_env.on_create_instance_done(make(name), context)

    return addon_name


class Receiver(AsyncExtension):
    """Answers `c` with a result whose `n` is a text."""

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        result = CmdResult.create(StatusCode.OK, cmd)
        result.set_property_string("n", "text")
        await ten_env.return_result(result)


def message(kind: Any, name: str, value: Any) -> Any:
    made = kind.create(name)
    made.set_property_from_json(None, json.dumps({} if value is None else {"n": value}))
    return made


@pytest.mark.parametrize(("value", "expected"), [(1, None), ("x", 1), (2**40, 1), (None, 1)])
def test_what_is_sent_must_fit(tmp_path: Path, value: Any, expected: int | None) -> None:
    got: list[Any] = []

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            error = await ten_env.send_data(message(Data, "d", value), WAIT)
            got.append(error.error_code() if error else None)
            _, error = await ten_env.send_cmd(message(Cmd, "c", value))
            got.append(error.error_code() if error else None)
            close_app(ten_env)

    api = {"data_out": [{"name": "d", "property": COUNT}], "cmd_out": [{"name": "c", "property": COUNT}]}
    sender = with_api(tmp_path / "sender", f"schema_out_{value}", Sender, api)
    run_graph({"a": sender, "b": Receiver}, connect("a", "data", "d", "b"), connect("a", "cmd", "c", "b"))
    assert got == [expected, expected]


def test_what_arrives_must_fit(tmp_path: Path) -> None:
    got: list[Any] = []
    seen: list[Any] = []

    class Strict(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            seen.append(data.get_property_float("n"))

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            seen.append(cmd.get_name())
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for value in ("x", 3):
                got.append(await ten_env.send_data(message(Data, "d", value), WAIT))
            for given in ("x", None, 3):
                result, error = await ten_env.send_cmd(message(Cmd, "c", given))
                assert error is None
                assert result is not None
                got.append((result.get_status_code(), detail(result)))
            await ten_env.send_cmd(Cmd.create("undeclared"))
            close_app(ten_env)

    number = {"properties": {"n": {"type": "float64"}}}
    api = {"data_in": [{"name": "d", "property": number}], "cmd_in": [{"name": "c", "property": COUNT}]}
    strict = with_api(tmp_path / "strict", "schema_in", Strict, api)
    run_graph(
        {"a": Sender, "b": strict},
        connect("a", "data", "d", "b"),
        connect("a", "cmd", "c", "b"),
        connect("a", "cmd", "undeclared", "b"),
    )
    assert got[:2] == [None, None]
    assert got[2][0] == got[3][0] == StatusCode.ERROR
    assert "n" in got[2][1]
    assert "n" in got[3][1]
    assert got[4] == (StatusCode.OK, "")
    assert seen == [(3.0, None), "c", "undeclared"]


@pytest.mark.parametrize("side", ["asker", "answerer"])
def test_a_result_that_does_not_fit_becomes_an_error(tmp_path: Path, side: str) -> None:
    got: list[Any] = []

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            result, error = await ten_env.send_cmd(Cmd.create("c"))
            assert error is None
            assert result is not None
            got.append((result.get_status_code(), "n" in detail(result)))
            close_app(ten_env)

    key = "cmd_out" if side == "asker" else "cmd_in"
    api = {key: [{"name": "c", "result": {"property": {"properties": {"n": {"type": "int32"}}}}}]}
    addon = with_api(tmp_path / side, f"schema_result_{side}", Sender if side == "asker" else Receiver, api)
    nodes: dict[str, Any] = {"a": addon, "b": Receiver} if side == "asker" else {"a": Sender, "b": addon}
    run_graph(nodes, connect("a", "cmd", "c", "b"))
    assert got == [(StatusCode.ERROR, True)]
