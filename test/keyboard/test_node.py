"""The keys' node: which command each key is."""

import asyncio
import os
import sys
from collections.abc import Iterator

import pytest
from support.probe import Arrival, Probe, probe
from support.pseudo_terminal import PseudoTerminal, pseudo_terminal
from ten_runtime import AsyncTenEnvTester, Cmd, CmdResult, StatusCode

from ten_extensions.common.messages import read
from wrappers.clock import now_ms
from wrappers.terminal import TerminalKeys

ADDON = "keyboard_python"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[PseudoTerminal]:
    monkeypatch.setattr(TerminalKeys, "_is_ours", lambda keys: True)
    with pseudo_terminal() as terminal, os.fdopen(os.dup(terminal.keyboard_end)) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield terminal


def commands(node: Probe) -> list[tuple[str, bool | None]]:
    return [(arrival.name, arrival.properties.get("muted")) for arrival in node.arrivals if arrival.kind == "cmd"]


def test_space_and_enter_interrupt_and_m_mutes(terminal: PseudoTerminal) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("ready", module="keyboard")
        for key, name, count in ((" ", "interrupt", 1), ("\n", "interrupt", 2), ("m", "mute", 1), ("M", "mute", 2)):
            terminal.type(key)
            await node.wait_for(name, count)
        terminal.type("x")

    assert commands(probe(ADDON, {}, script)) == [
        ("interrupt", None),
        ("interrupt", None),
        ("mute", True),
        ("mute", False),
    ]
    assert terminal.is_usual


def test_push_to_talk(terminal: PseudoTerminal) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        terminal.type(" ")
        await node.wait_for("mute", muted=False)
        await node.wait_for("interrupt")
        terminal.type(" ")
        await node.wait_for("mute", 2, muted=True)
        terminal.type("\n")
        await node.wait_for("interrupt", 2)

    node = probe(ADDON, {"push_to_talk": True}, script)
    first, *rest = commands(node)
    assert first == ("mute", True)
    assert sorted(rest, key=str) == [("interrupt", None), ("interrupt", None), ("mute", False), ("mute", True)]


def test_a_refused_mute_changes_nothing(terminal: PseudoTerminal) -> None:
    class Refusing(Probe):
        async def on_cmd(self, ten_env: AsyncTenEnvTester, cmd: Cmd) -> None:
            self._keep(Arrival("cmd", cmd.get_name(), now_ms(), read(cmd)))
            await ten_env.return_result(CmdResult.create(StatusCode.ERROR, cmd))

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        for count in (1, 2):
            terminal.type("m")
            await node.wait_for("mute", count)

    assert commands(probe(ADDON, {}, script, Refusing)) == [("mute", True), ("mute", True)]


def test_without_a_terminal_it_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        await asyncio.sleep(1)

    monkeypatch.setattr(sys, "stdin", None)
    assert commands(probe(ADDON, {}, script)) == []
    node = probe(ADDON, {"push_to_talk": True}, script)
    assert commands(node) == [] and "needs a terminal" in node.named("error")[0].properties["message"]
