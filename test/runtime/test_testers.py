"""Extension testers (contract 1.8)."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import Any

import pytest
from support.ten_graphs import GraphApp, register
from ten_runtime import (
    AsyncExtension,
    AsyncExtensionTester,
    AsyncTenEnv,
    AsyncTenEnvTester,
    AudioFrame,
    Cmd,
    CmdResult,
    Data,
    Extension,
    ExtensionTester,
    Loc,
    StatusCode,
    TenEnv,
    TenEnvTester,
    TenError,
    TenErrorCode,
    VideoFrame,
)

from wrappers.clock import VirtualTimeLoop

PROBLEM = TenError.create(TenErrorCode.ErrorCodeGeneric, "not as expected")


class Echo(AsyncExtension):
    """Sends everything back and answers commands with its property `k`."""

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        result = CmdResult.create(StatusCode.OK, cmd)
        result.set_property_string("k", (await ten_env.get_property_string("k"))[0])
        await ten_env.return_result(result)

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        await ten_env.send_data(data)

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        await ten_env.send_audio_frame(audio_frame)

    async def on_video_frame(self, ten_env: AsyncTenEnv, video_frame: VideoFrame) -> None:
        await ten_env.send_video_frame(video_frame)


class SyncEcho(Extension):
    def on_cmd(self, ten_env: TenEnv, cmd: Cmd) -> None:
        result = CmdResult.create(StatusCode.OK, cmd)
        result.set_property_string("k", ten_env.get_property_string("k")[0])
        ten_env.return_result(result)

    def on_data(self, ten_env: TenEnv, data: Data) -> None:
        ten_env.send_data(data)

    def on_audio_frame(self, ten_env: TenEnv, audio_frame: AudioFrame) -> None:
        ten_env.send_audio_frame(audio_frame)

    def on_video_frame(self, ten_env: TenEnv, video_frame: VideoFrame) -> None:
        ten_env.send_video_frame(video_frame)


class AsyncAll(AsyncExtensionTester):
    """Sends one message of each kind and ends when all are back."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    async def on_start(self, ten_env: AsyncTenEnvTester) -> None:
        result, error = await ten_env.send_cmd(Cmd.create("c"))
        assert error is None
        assert result is not None
        self.seen.append("cmd " + result.get_property_string("k")[0])
        await ten_env.send_data(Data.create("d"))
        await ten_env.send_audio_frame(AudioFrame.create("a"))
        await ten_env.send_video_frame(VideoFrame.create("v"))
        assert ten_env.log_info("sent") is None

    async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None:
        self.seen.append(data.get_name())

    async def on_audio_frame(self, ten_env: AsyncTenEnvTester, audio_frame: AudioFrame) -> None:
        self.seen.append(audio_frame.get_name())

    async def on_video_frame(self, ten_env: AsyncTenEnvTester, video_frame: VideoFrame) -> None:
        self.seen.append(video_frame.get_name())
        assert ten_env.stop_test() is None


class SyncAll(ExtensionTester):
    seen: list[str]

    def on_start(self, ten_env: TenEnvTester) -> None:
        self.seen = []
        ten_env.send_cmd(Cmd.create("c"), self.on_result)
        ten_env.on_start_done()

    def on_result(self, ten_env: TenEnvTester, result: CmdResult | None, error: TenError | None) -> None:
        assert result is not None
        self.seen.append("cmd " + result.get_property_string("k")[0])
        ten_env.send_data(Data.create("d"))
        ten_env.send_audio_frame(AudioFrame.create("a"))
        ten_env.send_video_frame(VideoFrame.create("v"))
        assert ten_env.log_info("sent") is None

    def on_data(self, ten_env: TenEnvTester, data: Data) -> None:
        self.seen.append(data.get_name())

    def on_audio_frame(self, ten_env: TenEnvTester, audio_frame: AudioFrame) -> None:
        self.seen.append(audio_frame.get_name())

    def on_video_frame(self, ten_env: TenEnvTester, video_frame: VideoFrame) -> None:
        self.seen.append(video_frame.get_name())
        assert ten_env.stop_test() is None


TESTERS: list[Any] = [AsyncAll, SyncAll]


@pytest.mark.parametrize("tester_class", TESTERS)
@pytest.mark.parametrize("extension", [Echo, SyncEcho])
def test_single_mode_connects_everything(tester_class: Any, extension: Any) -> None:
    tester = tester_class()
    tester.set_test_mode_single(register(extension), '{"k": "v"}')
    assert tester.run() is None
    assert tester.seen == ["cmd v", "d", "a", "v"]


@pytest.mark.parametrize("tester_class", TESTERS)
def test_graph_mode_routes_by_the_graph(tester_class: Any) -> None:
    flows = [{"name": name, "dest": [{"extension": "echo"}]} for name in ("c", "d", "a", "v")]
    back = [{"name": name, "dest": [{"extension": "ten:test_extension"}]} for name in ("d", "a", "v")]
    graph = {
        "nodes": [
            {"type": "extension", "name": "ten:test_extension", "addon": "ten:test_extension"},
            {"type": "extension", "name": "echo", "addon": register(Echo), "property": {"k": "v"}},
        ],
        "connections": [
            {
                "extension": "ten:test_extension",
                "cmd": flows[:1],
                "data": flows[1:2],
                "audio_frame": flows[2:3],
                "video_frame": flows[3:],
            },
            {"extension": "echo", "data": back[:1], "audio_frame": back[1:2], "video_frame": back[2:]},
        ],
    }
    tester = tester_class()
    tester.set_test_mode_graph(json.dumps(graph))
    assert tester.run() is None
    assert tester.seen == ["cmd v", "d", "a", "v"]


def test_in_graph_mode_an_unconnected_command_is_an_error() -> None:
    codes: list[Any] = []

    class Tester(AsyncExtensionTester):
        async def on_start(self, ten_env: AsyncTenEnvTester) -> None:
            _, error = await ten_env.send_cmd(Cmd.create("nobody"))
            codes.append(error.error_code() if error else None)
            ten_env.stop_test()

    nodes = [{"type": "extension", "name": "ten:test_extension", "addon": "ten:test_extension"}]
    tester = Tester()
    tester.set_test_mode_graph(json.dumps({"nodes": nodes}))
    assert tester.run() is None
    assert codes == [7]


def test_in_single_mode_destinations_do_not_count() -> None:
    seen: list[str] = []

    class Astray(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            data = Data.create("d")
            data.set_dests([Loc("", "", "elsewhere")])
            await ten_env.send_data(data)

    class Tester(AsyncExtensionTester):
        async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None:
            seen.append(data.get_name())
            ten_env.stop_test()

    tester = Tester()
    tester.set_test_mode_single(register(Astray))
    assert tester.run() is None
    assert seen == ["d"]


def test_the_tester_is_asked_too() -> None:
    answers: list[Any] = []

    class Asking(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            result, _ = await ten_env.send_cmd(Cmd.create("c"))
            answers.append(result.get_status_code() if result else None)
            await ten_env.send_data(Data.create("done"))

    class Tester(ExtensionTester):
        def on_cmd(self, ten_env: TenEnvTester, cmd: Cmd) -> None:
            ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

        def on_data(self, ten_env: TenEnvTester, data: Data) -> None:
            ten_env.stop_test()

    tester = Tester()
    tester.set_test_mode_single(register(Asking))
    assert tester.run() is None
    assert answers == [StatusCode.OK]


def test_run_returns_the_first_error() -> None:
    class Failing(AsyncExtensionTester):
        async def on_start(self, ten_env: AsyncTenEnvTester) -> None:
            ten_env.stop_test(PROBLEM)
            ten_env.stop_test(None)

    tester = Failing()
    tester.set_test_mode_single(register(Echo))
    error = tester.run()
    assert error is not None
    assert (error.error_code(), error.error_message()) == (1, "not as expected")


@pytest.mark.parametrize("base", [AsyncExtensionTester, ExtensionTester])
def test_a_time_out_ends_the_test_in_order(base: Any) -> None:
    order: list[str] = []

    class Leaving(AsyncExtension):
        async def on_stop(self, ten_env: AsyncTenEnv) -> None:
            order.append("stop")

        async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
            order.append("deinit")

    class Patient(base):  # type: ignore[misc]
        pass

    tester = Patient()
    tester.set_test_mode_single(register(Leaving))
    tester.set_timeout(20_000)
    error = tester.run()
    assert (error.error_code(), error.error_message()) == (8, "Test timeout.")
    assert order == ["stop", "deinit"]


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
