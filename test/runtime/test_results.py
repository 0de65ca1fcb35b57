"""Commands and their results (contract 3.3)."""

from __future__ import annotations

import asyncio
from typing import Any

from support.ten_graphs import close_app, close_cmd, connect, detail, run_graph
from ten_runtime import AsyncExtension, AsyncTenEnv, Cmd, CmdResult, Extension, SendOptions, StatusCode, TenEnv

OK, ERROR = StatusCode.OK, StatusCode.ERROR


def answer(status: StatusCode = OK, *, delay_s: float = 0.0, name: str = "") -> type[AsyncExtension]:
    """An extension that answers every command with `from` = its name."""

    class Answerer(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            await asyncio.sleep(delay_s)
            result = CmdResult.create(status, cmd)
            result.set_property_string("from", name or self.name)
            await ten_env.return_result(result)

    return Answerer


def streamer(*parts: tuple[str, StatusCode, bool]) -> type[AsyncExtension]:
    """An extension that answers with several results: text, status, whether it is the final one."""

    class Streamer(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            for text, status, is_final in parts:
                result = CmdResult.create(status, cmd)
                result.set_property_string("from", f"{self.name} {text}")
                result.set_final(is_final)
                await ten_env.return_result(result)
                await asyncio.sleep(0)

    return Streamer


class Asker(AsyncExtension):
    """Sends `ask` once and keeps what comes back."""

    got: list[Any]
    every = False

    def __init_subclass__(cls) -> None:
        cls.got = []

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        if self.every:
            self.got.extend([answer async for answer in ten_env.send_cmd_ex(Cmd.create("ask"))])
        else:
            self.got.append(await ten_env.send_cmd(Cmd.create("ask")))
        close_app(ten_env)


def ask(nodes: dict[str, Any], *targets: str, every: bool = False) -> list[tuple[str, StatusCode, bool]]:
    """Run a graph that asks the targets; returns text, status and completeness of each result."""

    class Fresh(Asker):
        pass

    Fresh.every = every
    run_graph({"asker": Fresh, **nodes}, connect("asker", "cmd", "ask", *targets))
    assert [error for _, error in Fresh.got] == [None] * len(Fresh.got)
    return [(r.get_property_string("from")[0], r.get_status_code(), r.is_completed()) for r, _ in Fresh.got]


def test_a_result_comes_back_completed() -> None:
    assert ask({"b": answer()}, "b") == [("b", OK, True)]


def test_an_error_status_is_no_error() -> None:
    assert ask({"b": answer(ERROR)}, "b") == [("b", ERROR, True)]


def test_send_cmd_skips_results_that_are_not_final() -> None:
    assert ask({"b": streamer(("1", OK, False), ("2", OK, False), ("3", OK, True))}, "b") == [("b 3", OK, True)]


def test_send_cmd_ex_gives_every_result() -> None:
    nodes = {"b": streamer(("1", OK, False), ("2", ERROR, False), ("3", OK, True))}
    assert ask(nodes, "b", every=True) == [("b 1", OK, False), ("b 2", ERROR, False), ("b 3", OK, True)]


def test_of_several_destinations_the_last_declared_one_counts() -> None:
    nodes = {"b": answer(delay_s=0.02), "c": answer(), "d": answer(delay_s=0.01)}
    assert ask(nodes, "c", "d", "b") == [("b", OK, True)]
    assert ask(nodes, "b", "d", "c") == [("c", OK, True)]


def test_the_first_error_of_several_destinations_ends_the_wait() -> None:
    nodes = {"b": answer(delay_s=60), "c": answer(ERROR)}
    assert ask(nodes, "b", "c") == [("c", ERROR, True)]


def test_send_cmd_ex_to_several_destinations() -> None:
    nodes = {
        "b": streamer(("1", OK, False), ("2", OK, True)),
        "c": answer(ERROR, delay_s=0.02),
        "d": answer(delay_s=0.05),
    }
    results = ask(nodes, "d", "c", "b", every=True)
    assert results == [("b 1", OK, False), ("b 2", OK, False), ("c", ERROR, False), ("d", OK, True)]


def test_an_answer_too_many_is_dropped_without_an_error() -> None:
    returned: list[Any] = []

    class Twice(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            for _ in range(2):
                result = CmdResult.create(OK, cmd)
                result.set_property_string("from", f"{len(returned)}")
                returned.append(await ten_env.return_result(result, SendOptions(wait_for_result=True)))

    assert ask({"b": Twice}, "b") == [("0", OK, True)]
    assert returned[0] is None


def test_a_result_of_a_clone_answers_nobody() -> None:
    class Cloner(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            lost = CmdResult.create(OK, cmd.clone())
            lost.set_property_string("from", "clone")
            assert await ten_env.return_result(lost) is None
            await asyncio.sleep(0.01)
            result = CmdResult.create(OK, cmd)
            result.set_property_string("from", "original")
            copy = result.clone()
            assert not copy.is_completed()
            await ten_env.return_result(copy)

    assert ask({"b": Cloner}, "b") == [("original", OK, True)]


def test_a_result_has_a_source_and_properties_of_its_own() -> None:
    got: list[Any] = []

    class Sender(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            result, _ = await ten_env.send_cmd(Cmd.create("ask"))
            assert result is not None
            got.append((result.get_source().extension_name, result.get_name(), result.clone().is_completed()))
            close_app(ten_env)

    run_graph({"a": Sender, "b": answer()}, connect("a", "cmd", "ask", "b"))
    assert got == [("b", "ten:result", False)]


def test_an_async_forwarder_returns_the_result_itself() -> None:
    class Forwarder(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            result, error = await ten_env.send_cmd(cmd)
            assert error is None
            assert result is not None
            result.set_property_string("from", "through " + result.get_property_string("from")[0])
            await ten_env.return_result(result)

    class Fresh(Asker):
        pass

    run_graph(
        {"asker": Fresh, "f": Forwarder, "b": answer()},
        connect("asker", "cmd", "ask", "f"),
        connect("f", "cmd", "ask", "b"),
    )
    (result, error) = Fresh.got[0]
    assert error is None
    assert result.get_property_string("from") == ("through b", None)
    assert result.get_source().extension_name == "f"
    assert result.is_completed()


def test_a_command_forwarded_without_a_handler_is_answered_by_its_receiver() -> None:
    class Forwarder(Extension):
        def on_cmd(self, ten_env: TenEnv, cmd: Cmd) -> None:
            ten_env.send_cmd(cmd)

    class Fresh(Asker):
        every = True

    parts = (("1", OK, False), ("2", OK, True))
    run_graph(
        {"asker": Fresh, "f": Forwarder, "b": streamer(*parts)},
        connect("asker", "cmd", "ask", "f"),
        connect("f", "cmd", "ask", "b"),
    )
    results = [
        (r.get_property_string("from")[0], r.is_completed(), r.get_source().extension_name) for r, _ in Fresh.got
    ]
    assert results == [("b 1", False, "f"), ("b 2", True, "f")]


def test_commands_may_come_back_to_their_sender() -> None:
    class Loop(AsyncExtension):
        async def on_start(self, ten_env: AsyncTenEnv) -> None:
            if self.name == "a":
                result, _ = await ten_env.send_cmd(Cmd.create("round"))
                assert result is not None
                rounds.append(result.get_property_int("rounds"))
                close_app(ten_env)

        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            count = cmd.get_property_int("rounds")[0]
            if count == 6:
                result = CmdResult.create(OK, cmd)
                result.set_property_int("rounds", count)
                await ten_env.return_result(result)
                return
            cmd.set_property_int("rounds", count + 1)
            back, _ = await ten_env.send_cmd(cmd)
            assert back is not None
            await ten_env.return_result(back)

    rounds: list[Any] = []
    run_graph({"a": Loop, "b": Loop}, connect("a", "cmd", "round", "b"), connect("b", "cmd", "round", "a"))
    assert rounds == [(6, None)]


def test_the_receiver_does_not_notice_that_nobody_waits() -> None:
    returned: list[Any] = []

    class Forgetful(Extension):
        def on_start(self, ten_env: TenEnv) -> None:
            ten_env.send_cmd(Cmd.create("ask"))
            ten_env.on_start_done()

    class Answerer(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            result = CmdResult.create(OK, cmd)
            returned.append(await ten_env.return_result(result, SendOptions(wait_for_result=True)))
            close_app(ten_env)

    run_graph({"a": Forgetful, "b": Answerer}, connect("a", "cmd", "ask", "b"))
    assert returned == [None]


def test_results_arrive_in_the_order_they_were_returned() -> None:
    seen: list[int] = []

    class Sender(Extension):
        def on_start(self, ten_env: TenEnv) -> None:
            for index in range(100):
                cmd = Cmd.create("ask")
                cmd.set_property_int("n", index)
                ten_env.send_cmd(cmd, self.on_result)
            ten_env.on_start_done()

        def on_result(self, ten_env: TenEnv, result: CmdResult | None, error: Any) -> None:
            assert result is not None
            seen.append(result.get_property_int("n")[0])
            if len(seen) == 100:
                ten_env.send_cmd(close_cmd())

    class Echo(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            result = CmdResult.create(OK, cmd)
            result.set_property_int("n", cmd.get_property_int("n")[0])
            await ten_env.return_result(result)

    run_graph({"a": Sender, "b": Echo}, connect("a", "cmd", "ask", "b"))
    assert seen == list(range(100))


def test_detail_is_an_ordinary_property() -> None:
    class Detailed(AsyncExtension):
        async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
            result = CmdResult.create(ERROR, cmd)
            result.set_property_string("detail", "why")
            await ten_env.return_result(result)

    class Fresh(Asker):
        pass

    run_graph({"asker": Fresh, "b": Detailed}, connect("asker", "cmd", "ask", "b"))
    assert detail(Fresh.got[0][0]) == "why"
