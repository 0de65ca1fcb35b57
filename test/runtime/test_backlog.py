"""Inboxes that grow, and many senders at a time."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from support.ten_graphs import close_app, close_cmd, connect, run_graph
from ten_runtime import AsyncExtension, AsyncTenEnv, AudioFrame, Cmd, CmdResult, Data, Extension, StatusCode, TenEnv


@pytest.mark.parametrize("count", [3_000])
def test_an_inbox_that_grows_is_warned_of(count: int, capfd: pytest.CaptureFixture[str]) -> None:
    class Slow(AsyncExtension):
        async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
            await go_on.wait()

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            go_on.set()
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for _ in range(count):
                await ten_env.send_audio_frame(AudioFrame.create("a"))
            await ten_env.send_cmd(Cmd.create("c"))
            close_app(ten_env)

    go_on = asyncio.Event()
    run_graph({"s": Sender, "slow": Slow}, connect("s", "audio_frame", "a", "slow"), connect("s", "cmd", "c", "slow"))
    log = capfd.readouterr().err
    assert "[slow] 1000 messages are being handled at the same time" in log
    assert "[slow] 2000 messages" in log


def test_a_thread_that_does_not_keep_up_is_warned_of(capfd: pytest.CaptureFixture[str]) -> None:
    class Slow(Extension):
        def on_cmd(self, ten_env: TenEnv, cmd: Cmd) -> None:
            ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

        def on_audio_frame(self, ten_env: TenEnv, audio_frame: AudioFrame) -> None:
            assert all_sent.wait(10)

        def on_data(self, ten_env: TenEnv, data: Data) -> None:
            ten_env.send_cmd(close_cmd())

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_cmd(Cmd.create("are you there"))
            for _ in range(1_500):
                await ten_env.send_audio_frame(AudioFrame.create("a"))
            await ten_env.send_data(Data.create("end"))
            all_sent.set()

    all_sent = threading.Event()
    run_graph(
        {"s": Sender, "slow": Slow},
        connect("s", "cmd", "are you there", "slow"),
        connect("s", "audio_frame", "a", "slow"),
        connect("s", "data", "end", "slow"),
    )
    assert "messages wait" in capfd.readouterr().err


def test_many_threads_send_at_once_and_nothing_is_lost_or_reordered() -> None:
    """Each of four sync senders has four threads; a forwarder in between hands everything to one receiver."""
    senders, threads_each, count = 4, 4, 250
    seen: dict[str, list[int]] = {}

    class Sender(Extension):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            self.node = name

        def on_start(self, ten_env: TenEnv) -> None:
            for index in range(threads_each):
                threading.Thread(target=self.work, args=(ten_env, f"{self.node} {index}")).start()
            ten_env.on_start_done()

        def work(self, ten_env: TenEnv, stream: str) -> None:
            for index in range(count):
                cmd = Cmd.create("c")
                cmd.set_property_string("stream", stream)
                cmd.set_property_int("index", index)
                assert ten_env.send_cmd(cmd, self.answered) is None

        def answered(self, ten_env: TenEnv, result: CmdResult | None, error: Any) -> None:
            assert error is None
            assert result is not None
            assert result.get_status_code() == StatusCode.OK
            answers.append(1)
            if len(answers) == senders * threads_each * count:
                ten_env.send_cmd(close_cmd())

    class Forwarder(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            result, _ = await ten_env.send_cmd(cmd)
            assert result is not None
            await ten_env.return_result(result)

    class Receiver(Extension):
        def on_cmd(self, ten_env: TenEnv, cmd: Cmd) -> None:
            stream = cmd.get_property_string("stream")[0]
            seen.setdefault(stream, []).append(cmd.get_property_int("index")[0])
            ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    answers: list[int] = []
    names = [f"s{index}" for index in range(senders)]
    run_graph(
        {**dict.fromkeys(names, Sender), "f": Forwarder, "r": Receiver},
        *(connect(name, "cmd", "c", "f") for name in names),
        connect("f", "cmd", "c", "r"),
        groups={name: name for name in [*names, "r"]},
    )
    assert len(answers) == senders * threads_each * count
    assert list(seen.values()) == [list(range(count))] * (senders * threads_each)
