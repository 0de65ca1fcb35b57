"""The life of an extension (contract 2.2)."""

from __future__ import annotations

import asyncio

import pytest
from support.ten_graphs import (
    GraphApp,
    close_app,
    connect,
    detail,
    make_graph,
    predefined,
    run_app,
    run_graph,
)
from support.ten_recorder import Recorder, fresh_recorder, of
from ten_runtime import App, AsyncExtension, AsyncTenEnv, Cmd, CmdResult, Data, StatusCode


@pytest.fixture
def recorder() -> type[Recorder]:
    return fresh_recorder()


def test_the_phases_come_in_order(recorder: type[Recorder]) -> None:
    class Closing(recorder):  # type: ignore[misc, valid-type]
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await super().on_start(ten_env)
            close_app(ten_env)

    run_graph({"a": Closing})
    assert of(recorder.log, "a") == ["configure", "init", "start", "stop", "deinit"]


def test_messages_wait_for_the_end_of_init_and_come_before_start(recorder: type[Recorder]) -> None:
    class Slow(recorder):  # type: ignore[misc, valid-type]
        async def on_init(self, ten_env: AsyncTenEnv) -> None:
            await all_sent.wait()
            self.note("init")

        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            self.note("start")
            close_app(ten_env)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_data(Data.create("d1"))
            await ten_env.send_data(Data.create("d2"))
            cmd = asyncio.get_running_loop().create_task(ten_env.send_cmd(Cmd.create("c")))
            await asyncio.sleep(0)
            all_sent.set()
            await cmd

    all_sent = asyncio.Event()
    run_graph(
        {"slow": Slow, "sender": Sender},
        connect("sender", "data", "d1", "slow"),
        connect("sender", "data", "d2", "slow"),
        connect("sender", "cmd", "c", "slow"),
    )
    assert of(recorder.log, "slow") == ["configure", "init", "d1", "d2", "c", "start", "stop", "deinit"]


def test_messages_are_handled_during_start_and_stop(recorder: type[Recorder]) -> None:
    class Busy(recorder):  # type: ignore[misc, valid-type]
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            self.note("start")
            await seen["in start"].wait()
            self.note("started")

        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            self.note("stop")
            stopping.set()
            await seen["in stop"].wait()
            self.note("stopped")

        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            await super().on_data(ten_env, data)
            seen[data.get_name()].set()

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_data(Data.create("in start"))
            await seen["in start"].wait()
            close_app(ten_env)

        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            await stopping.wait()
            await ten_env.send_data(Data.create("in stop"))

    stopping, seen = asyncio.Event(), {"in start": asyncio.Event(), "in stop": asyncio.Event()}
    run_graph(
        {"busy": Busy, "sender": Sender},
        connect("sender", "data", "in start", "busy"),
        connect("sender", "data", "in stop", "busy"),
    )
    log = of(recorder.log, "busy")
    assert log.index("in start") < log.index("started") < log.index("stop")
    assert log[log.index("stop") :] == ["stop", "in stop", "stopped", "deinit"]


def test_sending_and_waiting_is_legal_in_every_phase() -> None:
    answers: list[str] = []

    class Sender(AsyncExtension):
        async def ask(self, ten_env: AsyncTenEnv, phase: str) -> None:
            result, error = await ten_env.send_cmd(Cmd.create("c"))
            assert error is None
            assert result is not None
            assert result.get_status_code() == StatusCode.OK
            answers.append(phase)

        async def on_configure(self, ten_env: AsyncTenEnv) -> None:
            await self.ask(ten_env, "configure")

        async def on_init(self, ten_env: AsyncTenEnv) -> None:
            await self.ask(ten_env, "init")

        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await self.ask(ten_env, "start")
            close_app(ten_env)

        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            await self.ask(ten_env, "stop")
            done.set()

        async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
            result, error = await ten_env.send_cmd(Cmd.create("c"))
            answers.append("deinit" if result is not None and error is None else "lost")

    class Answerer(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            await done.wait()

    done = asyncio.Event()
    run_graph({"a": Sender, "b": Answerer}, connect("a", "cmd", "c", "b"))
    assert answers == ["configure", "init", "start", "stop", "deinit"]


def test_from_deinit_on_commands_are_refused_and_data_is_dropped(recorder: type[Recorder]) -> None:
    details: list[str] = []

    class Leaving(recorder):  # type: ignore[misc, valid-type]
        async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
            self.note("deinit")
            leaving.set()
            await asked.wait()

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_cmd(Cmd.create("c"))
            close_app(ten_env)

        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            await leaving.wait()
            for _ in range(2):
                await ten_env.send_data(Data.create("d"))
                result, _ = await ten_env.send_cmd(Cmd.create("c"))
                assert result is not None
                assert result.get_status_code() == StatusCode.ERROR
                details.append(detail(result))
                asked.set()
                await asyncio.sleep(0.01)

    leaving, asked = asyncio.Event(), asyncio.Event()
    run_graph(
        {"leaving": Leaving, "sender": Sender},
        connect("sender", "data", "d", "leaving"),
        connect("sender", "cmd", "c", "leaving"),
    )
    assert details == [
        "The destination extension is in its de-initialization phase.",
        "The extension[leaving] is invalid.",
    ]
    hooks = [entry for entry in of(recorder.log, "leaving") if entry != "c"]
    assert hooks == ["configure", "init", "start", "stop", "deinit"]


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("configure", ["configure", "stop", "deinit"]),
        ("init", ["configure", "init", "d", "stop", "deinit"]),
        ("start", ["configure", "init", "start", "d", "stop", "deinit"]),
    ],
)
def test_a_close_request_waits_for_the_hook_that_runs(
    recorder: type[Recorder], phase: str, expected: list[str]
) -> None:
    app: App
    refused: list[str] = []

    class Slow(recorder):  # type: ignore[misc, valid-type]
        async def hold(self, name: str) -> None:
            self.note(name)
            if name == phase:
                held.set()
                await closing.wait()
                for _ in range(5):  # the close request is on its way through the app's thread
                    await asyncio.sleep(0.01)

        async def on_configure(self, ten_env: AsyncTenEnv) -> None:
            await self.hold("configure")

        async def on_init(self, ten_env: AsyncTenEnv) -> None:
            await self.hold("init")

        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await self.hold("start")

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await held.wait()
            await ten_env.send_data(Data.create("d"))
            self.task = asyncio.get_running_loop().create_task(self.ask(ten_env))
            app.close()
            closing.set()

        async def ask(self, ten_env: AsyncTenEnv) -> None:
            result, _ = await ten_env.send_cmd(Cmd.create("c"))
            if result is not None and result.get_status_code() == StatusCode.ERROR:
                refused.append(detail(result))

        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            await self.task

    held, closing = asyncio.Event(), asyncio.Event()
    graph = make_graph(
        {"slow": Slow, "sender": Sender},
        connect("sender", "data", "d", "slow"),
        connect("sender", "cmd", "c", "slow"),
    )
    app = GraphApp({"predefined_graphs": [predefined("g", graph)]})
    run_app(app)
    assert [entry for entry in of(recorder.log, "slow") if entry != "c"] == expected
    assert bool(refused) == (phase == "configure")
