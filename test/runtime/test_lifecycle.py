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
from ten_runtime import App, AsyncExtension, AsyncTenEnv, Cmd, CmdResult, Data, Loc, StatusCode


class Recorder(AsyncExtension):
    """Notes its hooks and messages as `node.hook`."""

    log: list[str]

    def note(self, what: str) -> None:
        self.log.append(f"{self.name}.{what}")

    async def on_configure(self, ten_env: AsyncTenEnv) -> None:
        self.note("configure")

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        self.note("init")

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.note("start")

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        self.note("stop")

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
        self.note("deinit")

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        self.note(data.get_name())

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        self.note(cmd.get_name())
        await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))


@pytest.fixture
def recorder() -> type[Recorder]:
    class Fresh(Recorder):
        log: list[str] = []  # noqa: RUF012

    return Fresh


def of(log: list[str], node: str) -> list[str]:
    return [entry.partition(".")[2] for entry in log if entry.startswith(f"{node}.")]


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
    assert of(recorder.log, "slow") == ["configure", "init", "d1", "d2", "c", "start", "stop"] + ["deinit"]


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
