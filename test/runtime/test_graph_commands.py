"""Starting and stopping graphs, and messages between them (contract 3.5 and 3.2)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from support.ten_graphs import GraphApp, detail, make_graph, predefined, run_app
from support.ten_stories import Answerer, ask, ask_app, graph_id, outcome, run_story, start, stop
from ten_runtime import (
    AsyncExtension,
    AsyncTenEnv,
    Cmd,
    CmdResult,
    Data,
    Loc,
    SendOptions,
    StartGraphCmd,
    StatusCode,
    StopGraphCmd,
    TriggerLifeCycleCmd,
)


def test_a_graph_is_started_addressed_and_stopped() -> None:
    got: list[Any] = []
    graph = make_graph({"b": Answerer})

    async def story(ten_env: AsyncTenEnv) -> None:
        started = graph_id(await start(ten_env, graph))
        result = await ask(ten_env, Cmd.create("c"), Loc("", started, "b"))
        got.append((result.get_property_string("who")[0], result.get_source().graph_id == started))
        got.append(outcome(await stop(ten_env, started)))
        got.append(outcome(await stop(ten_env, started)))
        got.append(outcome(await ask(ten_env, Cmd.create("c"), Loc("", started, "b"))))

    run_story(story)
    assert got == [
        ("b", True),
        (StatusCode.OK, "close engine done"),
        (StatusCode.ERROR, "Failed to find the engine to be shut down."),
        (StatusCode.ERROR, "Graph not found."),
    ]


def test_a_stop_is_answered_when_the_extensions_are_gone() -> None:
    order: list[str] = []

    class Slow(AsyncExtension):
        async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
            await asyncio.sleep(0.02)
            order.append("deinit")

    graph = make_graph({"b": Slow})

    async def story(ten_env: AsyncTenEnv) -> None:
        started = graph_id(await start(ten_env, graph))
        await stop(ten_env, started)
        order.append("answered")

    run_story(story)
    assert order == ["deinit", "answered"]


def test_a_predefined_graph_is_started_by_name_as_often_as_wanted() -> None:
    ids: list[str] = []
    more = {"name": "more", "graph": make_graph({"b": Answerer})}

    async def story(ten_env: AsyncTenEnv) -> None:
        ids.extend([graph_id(await start(ten_env, name="more")) for _ in range(2)])
        for started in ids:
            await ask(ten_env, Cmd.create("c"), Loc("", started, "b"))

    run_story(story, more)
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("graph", "name", "expected"),
    [
        (None, "", "neither a graph nor the name"),
        (None, "mainn", 'did you mean "main"?'),
        ({"nodes": []}, "", "no extension node"),
        ([], "", "expected an object"),
        ({"nodes": [{"type": "extension", "name": "x", "addon": "no_such_addon_anywhere"}]}, "", 'node "x"'),
        (
            {
                "nodes": [{"type": "extension", "name": "x", "addon": "y"}],
                "connections": [{"extension": "z", "data": [{"name": "d", "dest": [{"extension": "x"}]}]}],
            },
            "",
            '"z"',
        ),
    ],
)
def test_a_graph_that_cannot_start_is_answered_with_the_reason(graph: Any, name: str, expected: str) -> None:
    got: list[Any] = []

    async def story(ten_env: AsyncTenEnv) -> None:
        got.append(outcome(await start(ten_env, graph, name)))

    run_story(story)
    assert got[0][0] == StatusCode.ERROR
    assert expected in got[0][1]


def test_graph_commands_need_a_destination() -> None:
    codes: list[int] = []

    async def story(ten_env: AsyncTenEnv) -> None:
        for cmd in (StartGraphCmd.create(), StopGraphCmd.create(), TriggerLifeCycleCmd.create()):
            _, error = await ten_env.send_cmd(cmd)
            codes.append(error.error_code() if error else 0)

    run_story(story)
    assert codes == [7, 7, 7]


def test_a_graph_may_stop_itself() -> None:
    """No answer comes, and the app ends with its last graph."""

    class Suicidal(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            self.task = asyncio.get_running_loop().create_task(stop(ten_env, ""))

    run_app(GraphApp({"predefined_graphs": [predefined("main", make_graph({"a": Suicidal}))]}))


def test_sync_stop_of_a_started_graph() -> None:
    order: list[str] = []

    class Node(AsyncExtension):
        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            await asyncio.sleep(0.02 if self.name == "slow" else 0)
            order.append(f"{self.name} stop")

        async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
            order.append(f"{self.name} deinit")

    graph = make_graph({"slow": Node, "quick": Node})

    async def story(ten_env: AsyncTenEnv) -> None:
        cmd = StartGraphCmd.create()
        cmd.set_graph_from_json(json.dumps(graph))
        cmd.set_sync_stop_before_deinit(True)
        await stop(ten_env, graph_id(await ask_app(ten_env, cmd)))

    run_story(story)
    assert sorted(order[:2]) == ["quick stop", "slow stop"]
    assert sorted(order[2:]) == ["quick deinit", "slow deinit"]


def test_a_singleton_is_addressed_by_name_and_started_on_demand() -> None:
    got: list[Any] = []
    instances: list[str] = []

    class Single(Answerer):
        async def on_configure(self, ten_env: AsyncTenEnv) -> None:
            instances.append(self.name)

    one = {"name": "one", "singleton": True, "graph": make_graph({"b": Single})}
    many = {"name": "many", "graph": make_graph({"b": Answerer})}

    async def story(ten_env: AsyncTenEnv) -> None:
        results = await asyncio.gather(*(ask(ten_env, Cmd.create("c"), Loc("", "one", "b")) for _ in range(3)))
        results.append(await ask(ten_env, Cmd.create("c"), Loc("", "one", "b")))
        got.extend(result.get_property_string("who")[0] for result in results)
        got.append(detail(await ask(ten_env, Cmd.create("c"), Loc("", "many", "b"))))

    run_story(story, one, many)
    assert got == ["b"] * 4 + ["Graph not found."]
    assert instances == ["b"]


def test_a_singleton_that_cannot_start() -> None:
    got: list[Any] = []
    nodes = [{"type": "extension", "name": "x", "addon": "no_such_addon_anywhere"}]
    broken = {"name": "broken", "singleton": True, "graph": {"nodes": nodes}}

    async def story(ten_env: AsyncTenEnv) -> None:
        got.append(outcome(await ask(ten_env, Cmd.create("c"), Loc("", "broken", "x"))))

    run_story(story, broken)
    assert got == [(StatusCode.ERROR, "Graph not found.")]


def test_exposed_messages_go_in_and_out() -> None:
    got: list[Any] = []

    class Listening(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            got.append((data.get_name(), data.get_source().extension_name))
            arrived.set()

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            got.append(cmd.get_name())
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    class Inner(Answerer):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            result, error = await ten_env.send_cmd(Cmd.create("call"))
            got.append(("called", error, result is not None and result.get_status_code() == StatusCode.OK))
            called.set()

    exposed = [
        {"type": "cmd_in", "name": "c", "extension": "inner"},
        {"type": "data_out", "name": "seen", "extension": "inner"},
        {"type": "cmd_out", "name": "call", "extension": "inner"},
    ]
    graph = make_graph({"inner": Inner}, exposed_messages=exposed)
    arrived, called = asyncio.Event(), asyncio.Event()

    async def story(ten_env: AsyncTenEnv) -> None:
        started = graph_id(await start(ten_env, graph))
        await called.wait()
        result = await ask(ten_env, Cmd.create("c"), Loc("", started))
        got.append(result.get_property_string("who")[0])
        await arrived.wait()
        got.append(detail(await ask(ten_env, Cmd.create("not exposed"), Loc("", started))))

    run_story(story, base=Listening)
    assert got[:2] == ["call", ("called", None, True)]
    assert sorted(got[2:4], key=str) == [("seen", "inner"), "inner"]
    assert got[4] == "Failed to find destination."


def test_a_message_for_a_graph_that_is_gone_is_dropped() -> None:
    errors: list[Any] = []

    async def story(ten_env: AsyncTenEnv) -> None:
        data = Data.create("d")
        data.set_dests([Loc("", "gone", "b")])
        errors.append(await ten_env.send_data(data, SendOptions(wait_for_result=True)))

    run_story(story)
    assert errors == [None]
