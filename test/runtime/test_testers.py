"""Extension testers (contract 1.8)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.ten_graphs import register
from support.ten_testers import AsyncAll, Echo, SyncAll, SyncEcho
from ten_runtime import (
    AsyncExtension,
    AsyncExtensionTester,
    AsyncTenEnv,
    AsyncTenEnvTester,
    Cmd,
    CmdResult,
    Data,
    ExtensionTester,
    Loc,
    StatusCode,
    TenEnvTester,
    TenError,
    TenErrorCode,
)

PROBLEM = TenError.create(TenErrorCode.ErrorCodeGeneric, "not as expected")

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

    class Patient(base):
        pass

    tester = Patient()
    tester.set_test_mode_single(register(Leaving))
    tester.set_timeout(20_000)
    error = tester.run()
    assert (error.error_code(), error.error_message()) == (8, "Test timeout.")
    assert order == ["stop", "deinit"]
