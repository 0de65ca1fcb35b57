"""Phases that wait for a command (contract 2.2)."""

from __future__ import annotations

import asyncio
from typing import Any

from support.ten_graphs import make_graph
from support.ten_stories import Answerer, ask, graph_id, outcome, run_story, start, stop
from ten_runtime import AsyncExtension, AsyncTenEnv, Cmd, CmdResult, Loc, StatusCode, TriggerLifeCycleCmd

MANUAL = {"ten": {"manual_trigger_life_cycle": [{"stage": "start"}, {"stage": "stop"}]}}


def test_a_manual_life_cycle_waits_for_its_commands() -> None:
    order: list[str] = []
    answers: list[Any] = []

    class Manual(AsyncExtension):
        async def on_init(self, ten_env: AsyncTenEnv) -> None:
            order.append("init")

        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            order.append("start")

        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            order.append("stop")

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    graph = make_graph({"m": Manual, "plain": Answerer}, properties={"m": MANUAL})

    async def trigger(ten_env: AsyncTenEnv, loc: Loc, stage: str) -> Any:
        cmd = TriggerLifeCycleCmd.create()
        cmd.set_stage(stage)
        return outcome(await ask(ten_env, cmd, loc))

    async def story(ten_env: AsyncTenEnv) -> None:
        started = graph_id(await start(ten_env, graph))
        manual = Loc("", started, "m")
        await ask(ten_env, Cmd.create("c"), manual)  # messages are handled while the start is held back
        order.append("still waiting")
        answers.append(await trigger(ten_env, manual, "start"))
        answers.append(await trigger(ten_env, manual, "start"))
        answers.append(await trigger(ten_env, Loc("", started, "plain"), "start"))
        stopping = asyncio.create_task(stop(ten_env, started))
        answers.append(await trigger(ten_env, manual, "stop"))
        await stopping

    run_story(story)
    assert order == ["init", "still waiting", "start", "stop"]
    assert answers[0] == answers[3] == (StatusCode.OK, "Life cycle triggered successfully")
    assert answers[1][0] == StatusCode.ERROR
    assert answers[2][0] == StatusCode.ERROR
    assert answers[2][1].startswith("Extension not configured for manual start control")


def test_a_trigger_that_comes_early_is_remembered() -> None:
    order: list[str] = []

    class Manual(AsyncExtension):
        async def on_init(self, ten_env: AsyncTenEnv) -> None:
            await go_on.wait()
            order.append("init")

        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            order.append("start")

    only_start = {"ten": {"manual_trigger_life_cycle": [{"stage": "start"}]}}
    graph = make_graph({"m": Manual}, properties={"m": only_start})
    go_on = asyncio.Event()

    async def story(ten_env: AsyncTenEnv) -> None:
        started = graph_id(await start(ten_env, graph))
        cmd = TriggerLifeCycleCmd.create()
        cmd.set_stage("start")
        waiting = asyncio.create_task(ask(ten_env, cmd, Loc("", started, "m")))
        await asyncio.sleep(0.01)
        go_on.set()
        order.append(outcome(await waiting)[1])

    run_story(story)
    assert order == ["init", "start", "Life cycle triggered successfully"]
