"""Conversions at work in a graph (contract 3.4)."""

from __future__ import annotations

import json
from typing import Any

from support.ten_graphs import GraphApp, close_app, connect, make_graph, predefined, run_app
from ten_runtime import AsyncExtension, AsyncTenEnv, Cmd, CmdResult, Data, StatusCode


def test_conversions_change_messages_and_results() -> None:
    got: list[Any] = []

    class Receiver(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            got.append((data.get_name(), json.loads(data.get_property_to_json()[0]), data.get_buf()))

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            got.append((cmd.get_name(), json.loads(cmd.get_property_to_json()[0])))
            result = CmdResult.create(StatusCode.OK, cmd)
            result.set_property_string("inner", "answer")
            await ten_env.return_result(result)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            data = Data.create("d")
            data.alloc_buf(1)
            data.set_property_from_json(None, '{"a": 1, "b": 2}')
            await ten_env.send_data(data)
            cmd = Cmd.create("c")
            cmd.set_property_int("a", 1)
            result, _ = await ten_env.send_cmd(cmd)
            assert result is not None
            got.append(json.loads(result.get_property_to_json()[0]))
            close_app(ten_env)

    rename = {"path": "ten.name", "conversion_mode": "fixed_value", "value": "renamed"}
    move = {"path": "x.y", "conversion_mode": "from_original", "original_path": "a"}
    back = {"path": "outer", "conversion_mode": "from_original", "original_path": "inner"}
    for_data = {"type": "per_property", "rules": [rename, move]}
    for_cmd = {
        "type": "per_property",
        "keep_original": True,
        "rules": [move],
        "result": {"type": "per_property", "rules": [back]},
    }
    graph = make_graph(
        {"s": Sender, "r": Receiver},
        connect("s", "data", "d", {"extension": "r", "msg_conversion": for_data}),
        connect("s", "cmd", "c", {"extension": "r", "msg_conversion": for_cmd}),
    )
    run_app(GraphApp({"predefined_graphs": [predefined("g", graph)]}))
    assert got == [
        ("renamed", {"x": {"y": 1}}, bytearray(1)),
        ("c", {"a": 1, "x": {"y": 1}}),
        {"outer": "answer"},
    ]


def test_a_message_that_cannot_be_converted_arrives_as_it_was() -> None:
    got: list[Any] = []

    class Node(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            data = Data.create("d")
            data.set_property_int("a", 1)
            await ten_env.send_data(data)

        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            got.append((data.get_name(), data.get_property_int("a")[0]))
            close_app(ten_env)

    rule = {"path": "ten.name", "conversion_mode": "from_original", "original_path": "missing"}
    conversion = {"type": "per_property", "rules": [rule]}
    graph = make_graph({"n": Node}, connect("n", "data", "d", {"extension": "n", "msg_conversion": conversion}))
    run_app(GraphApp({"predefined_graphs": [predefined("g", graph)]}))
    assert got == [("d", 1)]
