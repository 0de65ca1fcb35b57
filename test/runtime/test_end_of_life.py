"""How extensions end (contract 2.2)."""

from __future__ import annotations

import asyncio

import pytest
from support.ten_graphs import (
    GraphApp,
    close_app,
    connect,
    make_graph,
    predefined,
    run_app,
    run_graph,
)
from support.ten_recorder import Recorder, fresh_recorder
from ten_runtime import AsyncExtension, AsyncTenEnv, Cmd, CmdResult, Data, Loc, StatusCode


@pytest.fixture
def recorder() -> type[Recorder]:
    return fresh_recorder()


def test_closing_the_app_is_answered_when_the_sender_ends() -> None:
    order: list[str] = []

    class Closing(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            self.task = asyncio.get_running_loop().create_task(self.close(ten_env))

        async def close(self, ten_env: AsyncTenEnv) -> None:
            cmd = Cmd.create("ten:close_app")
            cmd.set_dests([Loc("")])
            result, error = await ten_env.send_cmd(cmd)
            assert error is None
            assert result is not None
            order.append(f"answered {result.get_status_code().name}")
            source = result.get_source()
            assert (source.app_uri, source.graph_id, source.extension_name) == (None, None, None)
            after = await ten_env.send_data(Data.create("late"))
            assert after is not None
            order.append(f"code {after.error_code()}")

        async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
            order.append("deinit")

    run_graph({"a": Closing})
    assert order == ["deinit", "answered ERROR", "code 6"]


def test_after_deinit_every_call_says_closed() -> None:
    codes: list[int | None] = []

    class Closing(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            self.task = asyncio.get_running_loop().create_task(self.use(ten_env))

        async def use(self, ten_env: AsyncTenEnv) -> None:
            cmd = Cmd.create("ten:close_app")
            cmd.set_dests([Loc("")])
            await ten_env.send_cmd(cmd)
            late = Cmd.create("c")
            errors = [
                (await ten_env.send_cmd(late))[1],
                *[error async for _, error in ten_env.send_cmd_ex(late)],
                await ten_env.send_data(Data.create("d")),
                await ten_env.return_result(CmdResult.create(StatusCode.OK, Cmd.create("c"))),
                (await ten_env.get_property_int("k"))[1],
                (await ten_env.get_property_to_json(""))[1],
                await ten_env.set_property_int("k", 1),
                await ten_env.init_property_from_json("{}"),
                (await ten_env.is_property_exist("k"))[1],
                ten_env.log_info("too late"),
            ]
            codes.extend(error.error_code() if error else None for error in errors)

    run_graph({"a": Closing})
    assert codes == [6] * 10


def test_each_extension_stops_on_its_own(recorder: type[Recorder]) -> None:
    class Waiting(recorder):  # type: ignore[misc, valid-type]
        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            await gone.wait()
            self.note("stop")

    class Quick(recorder):  # type: ignore[misc, valid-type]
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            close_app(ten_env)

        async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
            self.note("deinit")
            gone.set()

    gone = asyncio.Event()
    run_graph({"waiting": Waiting, "quick": Quick})
    assert recorder.log.index("quick.deinit") < recorder.log.index("waiting.stop")


def test_with_sync_stop_all_stops_end_before_any_deinit(recorder: type[Recorder]) -> None:
    class Slow(recorder):  # type: ignore[misc, valid-type]
        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            await asyncio.sleep(0.02)
            self.note("stop")

    class Quick(recorder):  # type: ignore[misc, valid-type]
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            close_app(ten_env)

    graph = make_graph({"quick": Quick, "slow": Slow})
    run_app(GraphApp({"predefined_graphs": [predefined("g", graph, sync_stop_before_deinit=True)]}))
    assert recorder.log.index("slow.stop") < recorder.log.index("quick.deinit")


def test_user_tasks_are_cancelled_with_a_grace_when_the_last_extension_is_gone() -> None:
    order: list[str] = []

    class Leaky(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            self.task = asyncio.get_running_loop().create_task(self.linger())
            close_app(ten_env)

        async def linger(self) -> None:
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                order.append("cancelled")
                await asyncio.sleep(0.01)
                order.append("cleaned up")
                raise

        async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
            order.append("deinit")

    run_graph({"a": Leaky})
    assert order == ["deinit", "cancelled", "cleaned up"]


def test_a_handler_that_still_waits_at_the_end_is_no_failure() -> None:
    seen: list[str] = []

    class Stuck(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            close_app(ten_env)
            try:
                await asyncio.sleep(1000)
            finally:
                seen.append("ended")

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_data(Data.create("d"))

    run_graph({"a": Sender, "b": Stuck}, connect("a", "data", "d", "b"))
    assert seen == ["ended"]
