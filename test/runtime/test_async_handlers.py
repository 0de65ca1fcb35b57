"""How coroutines of extensions run (contract 0.2, 2.3 and decisions on dispatch)."""

from __future__ import annotations

import asyncio
import threading
import time
from contextvars import ContextVar
from typing import Any

import pytest
from support.ten_graphs import close_app, connect, run_graph
from ten_runtime import AsyncExtension, AsyncTenEnv, Cmd, CmdResult, Data, StatusCode


def test_all_async_extensions_share_one_loop_off_the_main_thread() -> None:
    places: set[Any] = set()

    class Node(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            places.add((asyncio.get_running_loop(), threading.get_ident()))
            if self.name == "b":
                close_app(ten_env)

        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            places.add((asyncio.get_running_loop(), threading.get_ident()))

    run_graph({"a": Node, "b": Node}, groups={"a": "one", "b": "two"})
    assert len(places) == 1
    assert threading.get_ident() not in {ident for _, ident in places}


def test_handlers_begin_in_order_and_overlap_where_they_wait() -> None:
    order: list[str] = []

    class Receiver(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            name = data.get_name()
            order.append(f"{name} begins")
            await asyncio.sleep(0.02 if name == "d1" else 0)
            order.append(f"{name} ends")
            if name == "d1":
                close_app(ten_env)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for name in ("d1", "d2"):
                await ten_env.send_data(Data.create(name))

    run_graph({"s": Sender, "r": Receiver}, connect("s", "data", "d1", "r"), connect("s", "data", "d2", "r"))
    assert order == ["d1 begins", "d2 begins", "d2 ends", "d1 ends"]


def test_a_handler_is_a_real_task() -> None:
    seen: list[Any] = []

    class Receiver(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            seen.append(asyncio.current_task() is not None)
            try:
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(1000)
            except TimeoutError:
                seen.append("timeout")
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.sleep(0))
            seen.append("group")
            close_app(ten_env)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_data(Data.create("d"))

    run_graph({"s": Sender, "r": Receiver}, connect("s", "data", "d", "r"))
    assert seen == [True, "timeout", "group"]


def test_anyio_works_in_handlers() -> None:
    anyio = pytest.importorskip("anyio")
    seen: list[str] = []

    class Node(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_data(Data.create("d"))

        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            with anyio.move_on_after(0.01):
                await anyio.sleep(1000)
            async with anyio.create_task_group() as group:
                group.start_soon(self.note)
            close_app(ten_env)

        async def note(self) -> None:
            await anyio.sleep(0)
            seen.append("group")

    run_graph({"n": Node}, connect("n", "data", "d", "n"))
    assert seen == ["group"]


def test_handlers_have_a_context_of_their_own() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    seen: list[str] = []

    class Node(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            variable.set("start")
            await ten_env.send_data(Data.create("d"))
            await ten_env.send_data(Data.create("d"))

        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            seen.append(variable.get())
            variable.set("changed")
            await asyncio.sleep(0)
            seen.append(variable.get())
            if len(seen) == 4:
                close_app(ten_env)

    run_graph({"n": Node}, connect("n", "data", "d", "n"))
    assert sorted(seen) == ["changed", "changed", "unset", "unset"] or sorted(seen) == [
        "changed",
        "changed",
        "start",
        "start",
    ]


def test_each_extension_has_a_thread_where_the_environment_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEN_PYTHON_THREAD_MODE", "multi_thread")
    threads: dict[str, set[int]] = {}

    class Node(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            threads.setdefault(self.name, set()).add(threading.get_ident())
            if self.name == "a":
                result, _ = await ten_env.send_cmd(Cmd.create("c"))
                assert result is not None
                close_app(ten_env)

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            threads.setdefault(self.name, set()).add(threading.get_ident())
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    run_graph({"a": Node, "b": Node}, connect("a", "cmd", "c", "b"))
    assert [len(idents) for idents in threads.values()] == [1, 1]
    assert threads["a"] != threads["b"]


def test_a_flood_lets_timers_have_their_turn() -> None:
    """The receiver forwards each message to itself without ever waiting; a task beside it still runs."""
    counts: dict[str, int] = {"messages": 0, "ticks": 0}

    class Spinning(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for _ in range(10):
                await ten_env.send_data(Data.create("d"))
            while counts["ticks"] < 20:
                await asyncio.sleep(0.0001)
                counts["ticks"] += 1
            counts["at the end"] = counts["messages"]
            close_app(ten_env)

        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            counts["messages"] += 1
            await ten_env.send_data(data)

    run_graph({"a": Spinning}, connect("a", "data", "d", "a"))
    assert counts["at the end"] > 100


def test_a_command_does_not_wait_behind_handlers_that_wait() -> None:
    waiting: list[int] = []

    class Slow(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            waiting.append(1)
            await asyncio.sleep(1000)

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for _ in range(200):
                await ten_env.send_data(Data.create("d"))
            await ten_env.send_cmd(Cmd.create("c"))
            close_app(ten_env)

    run_graph({"s": Sender, "r": Slow}, connect("s", "data", "d", "r"), connect("s", "cmd", "c", "r"))
    assert len(waiting) == 200


def test_coroutines_of_the_environment_run_on_any_loop() -> None:
    got: list[Any] = []

    class Answerer(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            loop = asyncio.get_running_loop()
            thread = threading.Thread(target=lambda: asyncio.run(self.elsewhere(ten_env, loop)))
            thread.start()

        async def elsewhere(self, ten_env: AsyncTenEnv, home: asyncio.AbstractEventLoop) -> None:
            result, error = await asyncio.wait_for(ten_env.send_cmd(Cmd.create("c")), 10)
            got.append((result is not None, error))
            got.append([result.is_completed() async for result, _ in ten_env.send_cmd_ex(Cmd.create("c")) if result])
            got.append(await ten_env.get_property_int("k"))
            asyncio.run_coroutine_threadsafe(self.close(ten_env), home)

        async def close(self, ten_env: AsyncTenEnv) -> None:
            close_app(ten_env)

    run_graph({"s": Sender, "r": Answerer}, connect("s", "cmd", "c", "r"), properties={"s": {"k": 3}})
    assert got == [(True, None), [True], (3, None)]


def test_two_commands_of_one_extension_overlap() -> None:
    running: list[int] = []

    class Answerer(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            running.append(1)
            if len(running) == 2:
                both.set()
            await both.wait()
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await asyncio.gather(*(ten_env.send_cmd(Cmd.create("c")) for _ in range(2)))
            close_app(ten_env)

    both = asyncio.Event()
    run_graph({"s": Sender, "r": Answerer}, connect("s", "cmd", "c", "r"))
    assert len(running) == 2


def test_debug_mode_names_who_holds_the_loop(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")

    class Blocking(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            time.sleep(0.03)  # noqa: ASYNC251 - as it must not
            close_app(ten_env)

    run_graph({"culprit": Blocking})
    assert "[culprit] a hook or handler held the event loop for" in capfd.readouterr().err
