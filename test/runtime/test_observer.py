"""Watching messages from the app."""

from __future__ import annotations

from typing import Any

import pytest
from support.ten_graphs import GraphApp, close_app, connect, make_graph, predefined, run_app
from ten_runtime import AsyncExtension, AsyncTenEnv, AudioFrame, Cmd, CmdResult, Data, SendOptions, StatusCode

from wrappers.clock import VirtualTimeLoop


def make_app() -> GraphApp:
    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            data = Data.create("d")
            data.set_property_int("n", 1)
            await ten_env.send_data(data)
            frame = AudioFrame.create("a")
            frame.alloc_buf(2)
            frame.set_timestamp(7)
            await ten_env.send_audio_frame(frame)
            await ten_env.send_cmd(Cmd.create("c"))
            await ten_env.send_data(Data.create("nobody"), SendOptions(wait_for_result=True))
            close_app(ten_env)

    class Receiver(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await ten_env.return_result(CmdResult.create(StatusCode.ERROR, cmd))

    class VirtualApp(GraphApp):
        _loop_factory = VirtualTimeLoop

    graph = make_graph(
        {"s": Sender, "r": Receiver, "r2": Receiver},
        connect("s", "data", "d", "r", "r2"),
        connect("s", "audio_frame", "a", "r"),
        connect("s", "cmd", "c", "r"),
    )
    return VirtualApp({"predefined_graphs": [predefined("g", graph)]})


def test_every_message_is_shown_once_with_its_way() -> None:
    seen: list[Any] = []

    def observe(kind: str, view: Any, source: str, destinations: tuple[str, ...], time_ms: float) -> None:
        seen.append((kind, view.name, source, destinations, time_ms))
        if kind == "data":
            assert view.properties == {"n": 1}
            assert view.field("timestamp") is None
        if kind == "audio_frame":
            assert bytes(view.buffer) == b"\0\0"
            assert view.buffer.readonly
            assert view.field("timestamp") == 7
        if kind == "cmd_result":
            assert view.field("status_code") == 1

    app = make_app()
    app.set_observer(observe)
    assert run_app(app).failure == ""
    assert seen == [
        ("data", "d", "s", ("r", "r2"), 0.0),
        ("audio_frame", "a", "s", ("r",), 0.0),
        ("cmd", "c", "s", ("r",), 0.0),
        ("cmd_result", "ten:result", "r", ("s",), 0.0),
        ("cmd", "ten:close_app", "s", ("ten:app",), 0.0),
    ]


def test_an_observer_cannot_do_harm(capfd: pytest.CaptureFixture[str]) -> None:
    def observe(*_arguments: Any) -> None:
        raise RuntimeError("observer is broken")

    app = make_app()
    app.set_observer(observe)
    assert run_app(app).failure == ""
    assert "observer is broken" in capfd.readouterr().err


def test_an_observer_can_be_taken_away() -> None:
    seen: list[Any] = []
    app = make_app()
    app.set_observer(lambda *arguments: seen.append(arguments))
    app.set_observer(None)
    run_app(app)
    assert seen == []
