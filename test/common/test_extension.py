"""The base of all extensions: nothing that goes wrong inside one escapes, and everything is told."""

import asyncio
import gc
import json
from typing import Any

import pytest
from ten_runtime import AsyncExtensionTester, AsyncTenEnv, AsyncTenEnvTester, Cmd, Data, StatusCode, TenError

from ten_extensions.common.addon import register
from ten_extensions.common.config import Config
from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, make_cmd, make_data, read
from wrappers.clock import VirtualTimeLoop


class FragileConfig(Config):
    level: int = 1


class Fragile(Extension[FragileConfig]):
    """Fails wherever it is told to."""

    module = "fragile"
    config_type = FragileConfig

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        await self.send_ready()

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        if cmd.get_name() == "fail":
            raise RuntimeError("in a command")
        await self.answer_ok(cmd, level=self.config.level)

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        match data.get_name():
            case "fail":
                raise RuntimeError("in data")
            case "fail_later":
                self.spawn(self.fail_later())
            case "never_end":
                self.spawn(self.never_end())
            case "never_begin":
                self.spawn(self.never_end()).cancel()

    async def fail_later(self) -> None:
        await asyncio.sleep(1)
        raise RuntimeError("in a task")

    async def never_end(self) -> None:
        await asyncio.sleep(1_000_000)


register("test_fragile", __file__, Fragile)


class Script(AsyncExtensionTester):
    """Sends what a test wants and keeps what comes."""

    _loop_factory = VirtualTimeLoop

    def __init__(self, *messages: Cmd | Data, end_after: int) -> None:
        super().__init__()
        self.messages, self.end_after = messages, end_after
        self.data: list[tuple[str, Json]] = []
        self.results: list[tuple[StatusCode, Json]] = []

    async def on_start(self, ten_env: AsyncTenEnvTester) -> None:
        for message in self.messages:
            if isinstance(message, Cmd):
                result, _ = await ten_env.send_cmd(message)
                assert result is not None
                self.results.append((result.get_status_code(), read(result)))
            else:
                await ten_env.send_data(message)
        self.end_when_done(ten_env)

    async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None:
        self.data.append((data.get_name(), read(data)))
        self.end_when_done(ten_env)

    def end_when_done(self, ten_env: AsyncTenEnvTester) -> None:
        if len(self.data) >= self.end_after and len(self.results) == sum(isinstance(m, Cmd) for m in self.messages):
            ten_env.stop_test()


def run(properties: dict[str, Any], *messages: Cmd | Data, end_after: int) -> Script:
    script = Script(*messages, end_after=end_after)
    script.set_test_mode_single("test_fragile", json.dumps(properties))
    error: TenError | None = script.run()
    assert error is None, str(error)
    return script


def test_a_healthy_node_answers_with_its_configuration() -> None:
    script = run({"level": 7}, make_cmd("ask"), end_after=1)
    assert script.results == [(StatusCode.OK, {"level": 7})]
    assert script.data == [("ready", {"module": "fragile"})]


@pytest.mark.parametrize(("name", "place"), [("fail", "on_data"), ("fail_later", "task")])
def test_an_exception_becomes_an_error_message_and_the_node_goes_on(name: str, place: str) -> None:
    script = run({}, make_data(name), make_cmd("ask"), end_after=2)
    error = dict(script.data)["error"]
    assert error["module"] == "fragile"
    assert error["code"] == 1000
    assert type(error["code"]) is int
    assert error["message"].startswith(f'node "test_fragile", {place}: RuntimeError: in ')
    assert script.results == [(StatusCode.OK, {"level": 1})]


def test_an_exception_in_a_command_answers_it() -> None:
    script = run({}, make_cmd("fail"), make_cmd("ask"), end_after=2)
    status, body = script.results[0]
    assert status == StatusCode.ERROR
    assert "in a command" in body["detail"]
    assert script.results[1][0] == StatusCode.OK


def test_a_node_with_wrong_properties_says_so_and_answers_with_errors() -> None:
    script = run({"level": "high", "color": 1}, make_cmd("ask"), make_data("fail"), end_after=1)
    name, error = script.data[0]
    assert name == "error"
    assert error["code"] == -1000
    assert error["message"] == (
        'node "test_fragile", level: "high": input should be a valid integer, unable to parse string as an integer; '
        'node "test_fragile", color: unknown key; allowed are level'
    )
    assert script.results == [(StatusCode.ERROR, {"detail": "test_fragile could not be started"})]
    assert len(script.data) == 1, "the broken node ignored the data"


def test_a_task_that_ends_before_it_began_leaves_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    run({}, make_data("never_begin"), make_cmd("ask"), end_after=1)
    gc.collect()
    assert [str(warning.message) for warning in recwarn] == []


def test_tasks_end_with_the_node() -> None:
    script = run({}, make_data("never_end"), make_cmd("ask"), end_after=1)
    assert script.results[0][0] == StatusCode.OK
