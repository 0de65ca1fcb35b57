"""Where testers run, and how they end (contract 1.8)."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from support.ten_graphs import GraphApp, register
from support.ten_testers import AsyncAll, Echo
from ten_runtime import (
    AsyncExtension,
    AsyncExtensionTester,
    AsyncTenEnv,
    AsyncTenEnvTester,
    Cmd,
    CmdResult,
    Data,
    Extension,
    ExtensionTester,
    StatusCode,
    TenEnv,
    TenEnvTester,
)

from wrappers.clock import VirtualTimeLoop


def test_a_sync_tester_lives_on_the_calling_thread_and_needs_no_super() -> None:
    hooks: list[str] = []
    threads: set[int] = set()

    class Tester(ExtensionTester):
        def __init__(self) -> None:  # no super().__init__()
            self.mine = 1

        def note(self, hook: str) -> None:
            hooks.append(hook)
            threads.add(threading.get_ident())

        def on_init(self, ten_env: TenEnvTester) -> None:
            self.note("init")
            ten_env.on_init_done()

        def on_start(self, ten_env: TenEnvTester) -> None:
            self.note("start")
            ten_env.on_start_done()
            ten_env.stop_test()

        def on_stop(self, ten_env: TenEnvTester) -> None:
            self.note("stop")
            ten_env.on_stop_done()

        def on_deinit(self, ten_env: TenEnvTester) -> None:
            self.note("deinit")
            ten_env.on_deinit_done()

    tester = Tester()
    tester.set_test_mode_single(register(Echo))
    assert tester.run() is None
    assert hooks == ["init", "start", "stop", "deinit"]
    assert threads == {threading.get_ident()}


def test_an_async_tester_has_a_loop_of_its_own_and_ends_its_tasks() -> None:
    loops: set[Any] = set()
    order: list[str] = []

    class Node(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            loops.add(asyncio.get_running_loop())
            await ten_env.send_data(Data.create("started"))

    class Tester(AsyncExtensionTester):
        async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None:
            loops.add(asyncio.get_running_loop())
            self.task = asyncio.create_task(self.linger())
            await asyncio.sleep(0)
            ten_env.stop_test()

        async def linger(self) -> None:
            try:
                await asyncio.sleep(1000)
            finally:
                order.append("cancelled")

        async def on_deinit(self, ten_env: AsyncTenEnvTester) -> None:
            order.append("deinit")

    tester = Tester()
    tester.set_test_mode_single(register(Node))
    assert tester.run() is None
    assert order == ["deinit", "cancelled"]
    assert len(loops) == 2


def test_an_unknown_addon_is_an_error_that_names_the_known() -> None:
    register(Echo)
    tester = AsyncAll()
    tester.set_test_mode_single("test_addon_nought")
    error = tester.run()
    assert error is not None
    assert 'addon "test_addon_nought" is not known' in error.error_message()
    assert "did you mean" in error.error_message()


def test_bad_json_is_refused_at_once() -> None:
    with pytest.raises(ValueError):
        AsyncAll().set_test_mode_single("x", "{")
    with pytest.raises(ValueError):
        AsyncAll().set_test_mode_graph("{")
    with pytest.raises(RuntimeError, match="set_test_mode"):
        AsyncAll().run()


def test_an_exception_in_a_tester_ends_the_process(exits: list[int]) -> None:
    class Broken(AsyncExtensionTester):
        async def on_start(self, ten_env: AsyncTenEnvTester) -> None:
            ten_env.stop_test()
            raise RuntimeError("broken on purpose")

    class SyncBroken(ExtensionTester):
        def on_start(self, ten_env: TenEnvTester) -> None:
            ten_env.on_start_done()
            ten_env.stop_test()
            raise RuntimeError("broken on purpose")

    for tester in (Broken(), SyncBroken()):
        tester.set_test_mode_single(register(Echo))
        error = tester.run()
        assert error is not None
        assert "broken on purpose" in error.error_message()
        assert exits.pop() == 1


def test_testers_run_beside_an_app_and_after_it() -> None:
    app = GraphApp({"long_running_mode": True})
    app.run(run_in_background=True)
    for _ in range(2):
        tester = AsyncAll()
        tester.set_test_mode_single(register(Echo), '{"k": "v"}')
        assert tester.run() is None
    app.close()
    app.wait()
    tester = AsyncAll()
    tester.set_test_mode_single(register(Echo), '{"k": "v"}')
    assert tester.run() is None


def test_testers_in_several_threads_do_not_disturb_each_other() -> None:
    addon = register(Echo)
    outcomes: list[Any] = []

    def run_one() -> None:
        tester = AsyncAll()
        tester.set_test_mode_single(addon, '{"k": "v"}')
        outcomes.append((tester.run(), tester.seen))

    threads = [threading.Thread(target=run_one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert outcomes == [(None, ["cmd v", "d", "a", "v"])] * 5


def test_virtual_time_is_shared_by_tester_and_extension() -> None:
    class Slow(AsyncExtension):
        async def on_init(self, ten_env: AsyncTenEnv) -> None:
            await asyncio.sleep(60)

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await asyncio.sleep(100)
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    class SyncSlow(Extension):
        def on_data(self, ten_env: TenEnv, data: Data) -> None:
            time.sleep(0.05)  # real time: the virtual clock must wait for it
            ten_env.send_data(data)

    class Tester(AsyncExtensionTester):
        _loop_factory = VirtualTimeLoop
        took_s: float

        async def on_start(self, ten_env: AsyncTenEnvTester) -> None:
            loop = asyncio.get_running_loop()
            begin_s = loop.time()
            await ten_env.send_cmd(Cmd.create("c"))
            self.took_s = loop.time() - begin_s
            ten_env.stop_test()

    tester = Tester()
    tester.set_test_mode_single(register(Slow))
    assert tester.run() is None
    assert tester.took_s == pytest.approx(160)

    class Waiting(AsyncExtensionTester):
        _loop_factory = VirtualTimeLoop
        took_s: float

        async def on_start(self, ten_env: AsyncTenEnvTester) -> None:
            self.begin_s = asyncio.get_running_loop().time()
            await ten_env.send_data(Data.create("d"))

        async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None:
            self.took_s = asyncio.get_running_loop().time() - self.begin_s
            ten_env.stop_test()

    waiting = Waiting()
    waiting.set_test_mode_single(register(SyncSlow))
    assert waiting.run() is None
    assert waiting.took_s == 0
