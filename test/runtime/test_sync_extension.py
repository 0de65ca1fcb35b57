"""Extensions with plain functions, their threads and their environment (contract 1.6, 1.7, 2.3)."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

from support.ten_graphs import close_app, close_cmd, connect, run_graph
from ten_runtime import (
    AsyncExtension,
    AsyncTenEnv,
    AudioFrame,
    Cmd,
    CmdResult,
    Data,
    Extension,
    StatusCode,
    TenEnv,
    TenError,
    VideoFrame,
)


class Closing(Extension):
    """Closes the app when it has begun."""

    def on_start(self, ten_env: TenEnv) -> None:
        ten_env.on_start_done()
        ten_env.send_cmd(close_cmd())


def test_defaults_end_their_phases() -> None:
    class Plain(Extension):
        pass

    assert run_graph({"a": Plain, "b": Closing}).failure == ""


def test_hooks_of_a_group_run_on_one_thread_that_is_not_the_loop() -> None:
    threads: dict[str, set[int]] = {}

    def note(name: str) -> None:
        threads.setdefault(name, set()).add(threading.get_ident())

    class Sync(Extension):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            self.node = name

        def on_init(self, ten_env: TenEnv) -> None:
            note(self.node)
            ten_env.on_init_done()

        def on_data(self, ten_env: TenEnv, data: Data) -> None:
            note(self.node)
            if self.node == "c":
                ten_env.send_cmd(close_cmd())
            else:
                ten_env.send_data(data)

    class Loop(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            note("loop")
            await ten_env.send_data(Data.create("d"))

    run_graph(
        {"loop": Loop, "a": Sync, "b": Sync, "c": Sync},
        connect("loop", "data", "d", "a"),
        connect("a", "data", "d", "b"),
        connect("b", "data", "d", "c"),
        groups={"c": "other"},
    )
    assert all(len(idents) == 1 for idents in threads.values())
    assert threads["a"] == threads["b"]
    assert len({*threads["a"], *threads["c"], *threads["loop"], threading.get_ident()}) == 4


def test_a_blocking_hook_does_not_stop_the_loop() -> None:
    ticks: list[int] = []

    class Blocking(Extension):
        def on_start(self, ten_env: TenEnv) -> None:
            assert go_on.wait(10)
            ten_env.on_start_done()

    class Ticking(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for index in range(5):
                await asyncio.sleep(0)
                ticks.append(index)
            go_on.set()
            close_app(ten_env)

    go_on = threading.Event()
    run_graph({"a": Blocking, "b": Ticking})
    assert ticks == list(range(5))


def test_phases_may_be_ended_later_and_from_any_thread() -> None:
    order: list[str] = []

    class Late(Extension):
        def on_init(self, ten_env: TenEnv) -> None:
            threading.Thread(target=self.end_init, args=(ten_env,)).start()

        def end_init(self, ten_env: TenEnv) -> None:
            time.sleep(0.01)
            order.append("init done")
            ten_env.on_init_done()

        def on_start(self, ten_env: TenEnv) -> None:
            order.append("start")
            ten_env.on_start_done()
            ten_env.send_cmd(close_cmd())

        def on_stop(self, ten_env: TenEnv) -> None:
            threading.Timer(0.01, ten_env.on_stop_done).start()

    run_graph({"a": Late})
    assert order == ["init done", "start"]


def test_ending_a_phase_twice_or_out_of_turn_is_ignored() -> None:
    order: list[str] = []

    class Hasty(Extension):
        def on_init(self, ten_env: TenEnv) -> None:
            ten_env.on_stop_done()
            ten_env.on_init_done()
            ten_env.on_init_done()

        def on_start(self, ten_env: TenEnv) -> None:
            order.append("start")
            ten_env.on_start_done()
            ten_env.on_start_done()
            ten_env.send_cmd(close_cmd())

        def on_stop(self, ten_env: TenEnv) -> None:
            order.append("stop")
            ten_env.on_stop_done()

    run_graph({"a": Hasty})
    assert order == ["start", "stop"]


def test_routing_errors_reach_the_handler_before_the_call_returns() -> None:
    order: list[Any] = []

    class Sender(Extension):
        def on_start(self, ten_env: TenEnv) -> None:
            def on_error(env: TenEnv, error: TenError | None) -> None:
                order.append((env is ten_env, error.error_code() if error else None))

            def on_result(env: TenEnv, result: CmdResult | None, error: TenError | None) -> None:
                order.append((result, error.error_code() if error else None))

            order.append(ten_env.send_data(Data.create("nobody"), on_error))
            order.append(ten_env.send_audio_frame(AudioFrame.create("nobody"), on_error))
            order.append(ten_env.send_video_frame(VideoFrame.create("nobody"), on_error))
            order.append(ten_env.send_cmd(Cmd.create("nobody"), on_result))
            order.append(ten_env.send_cmd_ex(Cmd.create("nobody"), on_result))
            order.append(ten_env.send_data(Data.create("self"), on_error))
            order.append(ten_env.send_data(Data.create("nobody")))  # only logged
            ten_env.on_start_done()
            ten_env.send_cmd(close_cmd())

    run_graph({"a": Sender}, connect("a", "data", "self", "a"))
    assert order == [(True, 7), None] * 3 + [(None, 7), None] * 2 + [(True, None), None, None]


def test_calls_from_other_threads_are_made_on_the_extensions_thread() -> None:
    threads: dict[str, int] = {}

    class Sender(Extension):
        def on_start(self, ten_env: TenEnv) -> None:
            threads["hook"] = threading.get_ident()
            ten_env.on_start_done()
            threading.Thread(target=self.work, args=(ten_env,)).start()

        def work(self, ten_env: TenEnv) -> None:
            def on_error(env: TenEnv, error: TenError | None) -> None:
                threads["error handler"] = threading.get_ident()

            def on_result(env: TenEnv, result: CmdResult | None, error: TenError | None) -> None:
                threads["result handler"] = threading.get_ident()
                env.send_cmd(close_cmd())

            threads["foreign"] = threading.get_ident()
            assert ten_env.get_property_int("k") == (3, None)
            assert ten_env.set_property_int("k", 4) is None
            assert ten_env.log_info("from elsewhere") is None
            assert ten_env.send_data(Data.create("nobody"), on_error) is None
            assert ten_env.send_cmd(Cmd.create("c"), on_result) is None

    class Answerer(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    run_graph({"a": Sender, "b": Answerer}, connect("a", "cmd", "c", "b"), properties={"a": {"k": 3}})
    assert threads["hook"] == threads["error handler"] == threads["result handler"] != threads["foreign"]


def test_env_getters_work_while_the_loop_is_busy() -> None:
    got: list[Any] = []

    class Getter(Extension):
        def on_start(self, ten_env: TenEnv) -> None:
            assert loop_blocked.wait(10)
            got.append(ten_env.get_property_int("k"))
            read.set()
            ten_env.on_start_done()

    class Blocking(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            loop_blocked.set()
            assert read.wait(10)  # blocks the loop, as it must not
            close_app(ten_env)

    loop_blocked, read = threading.Event(), threading.Event()
    run_graph({"a": Getter, "b": Blocking}, properties={"a": {"k": 3}})
    assert got == [(3, None)]


def test_return_result_tells_its_handler() -> None:
    told: list[Any] = []

    class Answerer(Extension):
        def on_cmd(self, ten_env: TenEnv, cmd: Cmd) -> None:
            result = CmdResult.create(StatusCode.OK, cmd)
            told.append(ten_env.return_result(result, lambda env, error: told.append(("handler", error))))

    class Asker(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_cmd(Cmd.create("c"))
            close_app(ten_env)

    run_graph({"a": Asker, "b": Answerer}, connect("a", "cmd", "c", "b"))
    assert told == [("handler", None), None]


def test_a_sync_extension_streams_results() -> None:
    got: list[Any] = []

    class Answerer(Extension):
        def on_cmd(self, ten_env: TenEnv, cmd: Cmd) -> None:
            for index in range(3):
                result = CmdResult.create(StatusCode.OK, cmd)
                result.set_property_int("n", index)
                result.set_final(index == 2)
                ten_env.return_result(result)

    class Asker(Extension):
        def on_start(self, ten_env: TenEnv) -> None:
            ten_env.on_start_done()
            ten_env.send_cmd_ex(Cmd.create("c"), self.on_result)

        def on_result(self, ten_env: TenEnv, result: CmdResult | None, error: TenError | None) -> None:
            assert result is not None
            got.append((result.get_property_int("n")[0], result.is_completed()))
            if result.is_completed():
                ten_env.send_cmd(close_cmd())

    run_graph({"a": Asker, "b": Answerer}, connect("a", "cmd", "c", "b"))
    assert got == [(0, False), (1, False), (2, True)]


def test_constructors_may_forget_their_base() -> None:
    names: list[str] = []

    class Forgetful(Extension):
        def __init__(self, name: str) -> None:
            self.mine = name

    class AsyncForgetful(AsyncExtension):
        def __init__(self, name: str) -> None:
            self.mine = name

        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            names.append(self.name)
            close_app(ten_env)

    run_graph({"a": Forgetful, "b": AsyncForgetful})
    assert names == ["b"]
