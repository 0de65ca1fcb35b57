"""Commands that nobody answers, in virtual time (contract 3.3)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.ten_graphs import GraphApp, close_app, connect, detail, make_graph, predefined, run_app
from ten_runtime import AsyncExtension, AsyncTenEnv, Cmd, CmdResult, StatusCode
from ten_runtime._time_outs import TimeOuts, read_time_outs

from wrappers.clock import VirtualTimeLoop


class VirtualApp(GraphApp):
    _loop_factory = VirtualTimeLoop


def ask_the_silent(
    sender_ten: dict[str, Any] | None = None, app_ten: dict[str, Any] | None = None
) -> tuple[Any, float]:
    """Send a command that is never answered; returns the result and the virtual seconds until it came."""
    got: list[Any] = []

    class Silent(AsyncExtension):
        pass

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            begin_s = asyncio.get_running_loop().time()
            result, error = await ten_env.send_cmd(Cmd.create("c"))
            assert error is None
            got.extend([result, asyncio.get_running_loop().time() - begin_s])
            close_app(ten_env)

    properties = {"s": {"ten": sender_ten}} if sender_ten else None
    graph = make_graph({"s": Sender, "r": Silent}, connect("s", "cmd", "c", "r"), properties=properties)
    run_app(VirtualApp({"predefined_graphs": [predefined("g", graph)], **(app_ten or {})}))
    return got[0], got[1]


def test_after_three_minutes_a_timer_answers() -> None:
    result, waited_s = ask_the_silent()
    assert result.get_status_code() == StatusCode.ERROR
    assert detail(result) == "Path timeout."
    assert result.get_source().extension_name is None
    assert 180 <= waited_s <= 190


@pytest.mark.parametrize("timeout", [2_000_000, {"in_path": 9_000_000, "out_path": 2_000_000}])
def test_an_extension_sets_its_own_time(timeout: Any) -> None:
    _, waited_s = ask_the_silent({"path_timeout": timeout, "path_check_interval": 500_000})
    assert 2 <= waited_s <= 2.5


def test_the_app_sets_the_time_for_all() -> None:
    _, waited_s = ask_the_silent(app_ten={"path_timeout": 5_000_000, "path_check_interval": 1_000_000})
    assert 5 <= waited_s <= 6


def test_a_late_answer_is_dropped() -> None:
    results: list[str] = []

    class Late(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await asyncio.sleep(400)
            assert await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd)) is None
            close_app(ten_env)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            async for result, error in ten_env.send_cmd_ex(Cmd.create("c")):
                assert error is None
                assert result is not None
                results.append(detail(result))

    graph = make_graph({"s": Sender, "r": Late}, connect("s", "cmd", "c", "r"))
    run_app(VirtualApp({"predefined_graphs": [predefined("g", graph)]}))
    assert results == ["Path timeout."]


def test_a_receiver_may_forget_a_command_before_its_sender_does() -> None:
    results: list[Any] = []

    class Late(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await asyncio.sleep(cmd.get_property_int("delay_s")[0])
            assert await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd)) is None

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for delay_s in (5, 50):
                cmd = Cmd.create("c")
                cmd.set_property_int("delay_s", delay_s)
                result, _ = await ten_env.send_cmd(cmd)
                assert result is not None
                results.append((result.get_status_code(), detail(result)))
            close_app(ten_env)

    forgetful = {"ten": {"path_timeout": {"in_path": 20_000_000, "out_path": 1_000_000}}}
    graph = make_graph({"s": Sender, "r": Late}, connect("s", "cmd", "c", "r"), properties={"r": forgetful})
    run_app(VirtualApp({"predefined_graphs": [predefined("g", graph)]}))
    assert results == [(StatusCode.OK, ""), (StatusCode.ERROR, "Path timeout.")]


@pytest.mark.parametrize(
    ("trees", "expected"),
    [
        ([{}], TimeOuts()),
        ([{"ten": {"path_timeout": 2_500_000}}], TimeOuts(out_s=2.5)),
        ([{"ten": {"path_timeout": {"in_path": 1, "out_path": 2_000_000}}}], TimeOuts(out_s=2, in_s=12)),
        ([{"ten": {"path_timeout": 1_000_000}}, {"ten": {"path_timeout": 9}}], TimeOuts(out_s=1)),
        ([{}, {"ten": {"path_check_interval": 1_000_000}}], TimeOuts(interval_s=1)),
        ([{"ten": {"path_timeout": "soon", "path_check_interval": -1}}], TimeOuts()),
        ([{"ten": 3}, {"ten": {"path_timeout": True}}], TimeOuts()),
    ],
)
def test_settings_of_time_outs(trees: list[Any], expected: TimeOuts) -> None:
    assert read_time_outs(*trees) == expected
