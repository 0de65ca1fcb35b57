"""Tests that start and stop graphs: a story told by the node `starter` of the first graph."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from support.ten_graphs import GraphApp, close_app, detail, make_graph, predefined, run_app
from ten_runtime import (
    AsyncExtension,
    AsyncTenEnv,
    Cmd,
    CmdResult,
    Data,
    Loc,
    StartGraphCmd,
    StatusCode,
    StopGraphCmd,
)

Story = Any
"""A coroutine function that gets the environment of the starter."""


class Answerer(AsyncExtension):
    """Answers with its name and graph, and sends data `seen` after a command."""

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        result = CmdResult.create(StatusCode.OK, cmd)
        result.set_property_string("who", self.name)
        await ten_env.return_result(result)
        await ten_env.send_data(Data.create("seen"))


def run_story(story: Story, *more_graphs: dict[str, Any], base: type[AsyncExtension] = AsyncExtension) -> None:
    """Run an app whose first graph has the node `starter`, which lives through the story and closes the app."""

    class Starter(base):  # type: ignore[misc, valid-type]
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            self.task = asyncio.get_running_loop().create_task(self.tell(ten_env))

        async def tell(self, ten_env: AsyncTenEnv) -> None:
            await story(ten_env)
            close_app(ten_env)

    main = predefined("main", make_graph({"starter": Starter}))
    app = run_app(GraphApp({"predefined_graphs": [main, *more_graphs]}))
    assert app.failure == ""


async def start(ten_env: AsyncTenEnv, graph: Any = None, name: str = "") -> CmdResult:
    cmd = StartGraphCmd.create()
    if graph is not None:
        assert cmd.set_graph_from_json(json.dumps(graph))
    if name:
        cmd.set_predefined_graph_name(name)
    return await ask_app(ten_env, cmd)


async def stop(ten_env: AsyncTenEnv, graph_id: str) -> CmdResult:
    cmd = StopGraphCmd.create()
    cmd.set_graph_id(graph_id)
    return await ask_app(ten_env, cmd)


async def ask_app(ten_env: AsyncTenEnv, cmd: Cmd) -> CmdResult:
    return await ask(ten_env, cmd, Loc(""))


async def ask(ten_env: AsyncTenEnv, cmd: Cmd, loc: Loc) -> CmdResult:
    cmd.set_dests([loc])
    result, error = await ten_env.send_cmd(cmd)
    assert error is None
    assert result is not None
    return result


def graph_id(result: CmdResult) -> str:
    assert result.get_status_code() == StatusCode.OK, detail(result)
    return result.get_property_string("graph_id")[0]


def outcome(result: CmdResult) -> tuple[StatusCode, str]:
    return result.get_status_code(), detail(result)
