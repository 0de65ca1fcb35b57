"""Where messages go (contract 3.2 and 1.6)."""

from __future__ import annotations

from typing import Any

import pytest
from support.ten_graphs import close_app, connect, detail, run_graph
from ten_runtime import (
    AsyncExtension,
    AsyncTenEnv,
    AudioFrame,
    Cmd,
    CmdResult,
    Data,
    Loc,
    SendOptions,
    StatusCode,
    VideoFrame,
)

WAIT = SendOptions(wait_for_result=True)


class Collector(AsyncExtension):
    """Keeps what arrives, by node name, and closes the app when all that is expected is there."""

    seen: dict[str, list[Any]]
    expected: int

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        self.collect(ten_env, data)

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        self.collect(ten_env, audio_frame)

    async def on_video_frame(self, ten_env: AsyncTenEnv, video_frame: VideoFrame) -> None:
        self.collect(ten_env, video_frame)

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    def collect(self, ten_env: AsyncTenEnv, message: Any) -> None:
        self.seen.setdefault(self.name, []).append(message)
        if sum(map(len, self.seen.values())) == self.expected:
            close_app(ten_env)


def collect(count: int) -> type[Collector]:
    """A class whose nodes together expect so many messages, commands not counted."""

    class Fresh(Collector):
        seen: dict[str, list[Any]] = {}  # noqa: RUF012
        expected = count

    return Fresh


def test_all_kinds_arrive_in_the_order_they_were_sent() -> None:
    collector = collect(150)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for index in range(50):
                await ten_env.send_data(Data.create(f"d{index % 2}"))
                frame = AudioFrame.create("a")
                frame.set_timestamp(index)
                await ten_env.send_audio_frame(frame)
                await ten_env.send_video_frame(VideoFrame.create("v"))

    run_graph(
        {"s": Sender, "r": collector},
        connect("s", "data", "d0", "r"),
        connect("s", "data", "d1", "r"),
        connect("s", "audio_frame", "a", "r"),
        connect("s", "video_frame", "v", "r"),
    )
    got = [message.get_name() for message in collector.seen["r"]]
    assert got == [name for index in range(50) for name in (f"d{index % 2}", "a", "v")]
    timestamps = [m.get_timestamp() for m in collector.seen["r"] if isinstance(m, AudioFrame)]
    assert timestamps == list(range(50))


def test_the_source_is_the_last_sender() -> None:
    collector = collect(1)

    class Forwarder(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            data.set_property_string("first", str(data.get_source().extension_name))
            await ten_env.send_data(data)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_data(Data.create("d"), WAIT)

    run_graph(
        {"s": Sender, "f": Forwarder, "r": collector}, connect("s", "data", "d", "f"), connect("f", "data", "d", "r")
    )
    (message,) = collector.seen["r"]
    source = message.get_source()
    assert (source.app_uri, source.extension_name) == (None, "f")
    assert source.graph_id
    assert message.get_property_string("first") == ("s", None)


def test_fan_out_gives_everyone_a_copy() -> None:
    collector = collect(3)
    original: list[Any] = []

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            frame = AudioFrame.create("a")
            frame.alloc_buf(2)
            frame.set_property_from_json("p", '{"k": 1}')
            original.append(frame._body.buffer)
            await ten_env.send_audio_frame(frame, WAIT)

    run_graph({"s": Sender, **dict.fromkeys("abc", collector)}, connect("s", "audio_frame", "a", "a", "b", "c"))
    frames = [collector.seen[name][0] for name in "abc"]
    buffers = [frame._body.buffer for frame in frames]
    assert buffers[0] is original[0]  # the first one gets the frame itself: nothing is copied without need
    assert len({id(buffer) for buffer in buffers}) == 3
    frames[0].set_property_int("p.k", 2)
    assert [frame.get_property_int("p.k")[0] for frame in frames] == [2, 1, 1]


def test_a_frame_is_not_copied_on_its_way() -> None:
    collector = collect(1)
    buffers: list[Any] = []

    class Forwarder(AsyncExtension):
        async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
            buffers.append(audio_frame._body.buffer)
            await ten_env.send_audio_frame(audio_frame)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            frame = AudioFrame.create("a")
            frame.alloc_buf(1)
            await ten_env.send_audio_frame(frame)

    run_graph(
        {"s": Sender, "f": Forwarder, "r": collector},
        connect("s", "audio_frame", "a", "f"),
        connect("f", "audio_frame", "a", "r"),
    )
    assert buffers[0] is collector.seen["r"][0]._body.buffer


def test_unconnected_messages() -> None:
    got: dict[str, Any] = {}

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            got["cmd"] = await ten_env.send_cmd(Cmd.create("nobody"))
            got["ex"] = [answer async for answer in ten_env.send_cmd_ex(Cmd.create("nobody"))]
            got["plain"] = await ten_env.send_data(Data.create("nobody"))
            got["waiting"] = await ten_env.send_data(Data.create("nobody"), WAIT)
            got["audio"] = await ten_env.send_audio_frame(AudioFrame.create("nobody"), WAIT)
            got["video"] = await ten_env.send_video_frame(VideoFrame.create("nobody"), WAIT)
            close_app(ten_env)

    run_graph({"s": Sender})
    result, error = got["cmd"]
    assert result is None
    assert error.error_code() == 7
    assert error.error_message() == "Failed to find destination of a 'cmd' message 'nobody' from graph."
    assert [(result, error.error_code()) for result, error in got["ex"]] == [(None, 7)]
    assert got["plain"] is None
    assert got["waiting"].error_message() == "Failed to find destination of a 'data' message 'nobody' from graph."
    assert got["audio"].error_code() == got["video"].error_code() == 7


def test_names_match_exactly() -> None:
    errors: list[Any] = []

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            errors.append(await ten_env.send_data(Data.create("d2"), WAIT))
            errors.append(await ten_env.send_audio_frame(AudioFrame.create("d"), WAIT))
            close_app(ten_env)

    run_graph({"s": Sender}, connect("s", "data", "d", "s"))
    assert [error.error_code() for error in errors] == [7, 7]


def test_set_dests_wins_over_the_graph_and_is_gone_on_delivery() -> None:
    collector = collect(3)

    class Forwarder(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            await ten_env.send_data(data)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            data = Data.create("d")
            data.set_dests([Loc("", "", "f"), Loc("", "", "b")])
            await ten_env.send_data(data)
            back = Data.create("d")
            back.set_dests([Loc("", "", "f")])
            back.set_dests([])
            back.set_property_bool("by_graph", True)
            await ten_env.send_data(back)

    run_graph(
        {"s": Sender, "f": Forwarder, "a": collector, "b": collector},
        connect("s", "data", "d", "b"),
        connect("f", "data", "d", "a"),
    )
    assert [m.get_property_bool("by_graph")[0] for m in collector.seen["b"]] == [False, True]
    assert len(collector.seen["a"]) == 1


def test_destinations_that_do_not_exist() -> None:
    got: dict[str, Any] = {}

    async def ask(ten_env: AsyncTenEnv, loc: Loc) -> str:
        cmd = Cmd.create("c")
        cmd.set_dests([loc])
        result, error = await ten_env.send_cmd(cmd)
        assert error is None
        assert result is not None
        assert result.get_status_code() == StatusCode.ERROR
        return detail(result)

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            got["node"] = await ask(ten_env, Loc("", "", "missing"))
            got["graph"] = await ask(ten_env, Loc("", "no-such-graph", "s"))
            got["nothing exposed"] = await ask(ten_env, Loc("", "no-such-graph"))
            got["app"] = await ask(ten_env, Loc("msgpack://elsewhere:1/", "", "s"))
            got["command"] = await ask(ten_env, Loc(""))
            data = Data.create("d")
            data.set_dests([Loc("", "", "missing")])
            got["data"] = await ten_env.send_data(data, WAIT)
            close_app(ten_env)

    run_graph({"s": Sender})
    assert got["node"] == "Failed to find destination."
    assert got["graph"] == got["nothing exposed"] == "Graph not found."
    assert "msgpack://elsewhere:1/" in got["app"]
    assert "c" in got["command"]
    assert got["data"] is None


def test_a_sent_message_is_gone() -> None:
    broken: list[str] = []

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            data, cmd = Data.create("nobody"), Cmd.create("nobody")
            await ten_env.send_data(data)
            await ten_env.send_cmd(cmd)
            for use in (data.get_name, data.clone, data.get_buf, lambda: data.set_name("x"), cmd.clone):
                with pytest.raises(ValueError, match="Clone it"):
                    use()
            with pytest.raises(ValueError):
                await ten_env.send_data(data)
            with pytest.raises(ValueError):
                CmdResult.create(StatusCode.OK, cmd)
            broken.append("all")
            close_app(ten_env)

    run_graph({"s": Sender})
    assert broken == ["all"]


def test_a_locked_buffer_is_not_sent() -> None:
    errors: list[Any] = []

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            for options in (None, WAIT):
                data = Data.create("d")
                data.alloc_buf(1)
                data.lock_buf()
                errors.append(await ten_env.send_data(data, options))
            close_app(ten_env)

    run_graph({"s": Sender}, connect("s", "data", "d", "s"))
    assert errors[0] is None
    assert errors[1].error_code() == 1
    assert errors[1].error_message() == "Locked resources are not allowed in messages sent from an extension."


def test_a_node_may_send_to_itself() -> None:
    collector = collect(1)
    answers: list[Any] = []

    class Sender(collector):  # type: ignore[misc, valid-type]
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_data(Data.create("d"))
            result, _ = await ten_env.send_cmd(Cmd.create("c"))
            answers.append(result)

    run_graph({"s": Sender}, connect("s", "data", "d", "s"), connect("s", "cmd", "c", "s"))
    assert len(collector.seen["s"]) == len(answers) == 1


def test_wait_for_result_comes_back_after_delivery() -> None:
    order: list[str] = []

    class Receiver(AsyncExtension):
        async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
            order.append(data.get_name())

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            await ten_env.send_cmd(Cmd.create("ready"))
            order.append("start")
            await ten_env.send_data(Data.create("plain"))
            order.append("plain returned")  # data without waiting never suspends
            await ten_env.send_data(Data.create("waiting"), WAIT)
            order.append("waiting returned")
            close_app(ten_env)

    class Ready(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    run_graph(
        {"r": Receiver, "s": Sender, "ready": Ready},
        connect("s", "data", "plain", "r"),
        connect("s", "data", "waiting", "r"),
        connect("s", "cmd", "ready", "ready"),
    )
    assert order == ["start", "plain returned", "plain", "waiting", "waiting returned"]


def test_sending_the_wrong_kind_is_a_type_error() -> None:
    raised: list[str] = []

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            data = Data.create("d")
            with pytest.raises(TypeError):
                await ten_env.send_audio_frame(data)  # type: ignore[arg-type]
            raised.append(data.get_name())  # the message is still there
            close_app(ten_env)

    run_graph({"s": Sender})
    assert raised == ["d"]
