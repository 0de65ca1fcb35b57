"""The tools of the clock, as a node: time, timers, and what rings. In virtual time."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from support.app_dir import use_repository
from support.probe import Probe, probe
from ten_runtime import StatusCode

from ten_extensions.common.messages import Json, make_cmd

use_repository()

from ten_packages.extension.clock_timer_python.extension import ClockTimerExtension  # noqa: E402
from ten_packages.extension.clock_timer_python.timers import spoken_duration  # noqa: E402

ADDON = "clock_timer_python"


class ClockProbe(Probe):
    """The tester in the place of main_control."""

    async def call(self, name: str, language: str = "en", **arguments: Any) -> tuple[StatusCode, str]:
        """Status, and what the model is told."""
        cmd = make_cmd("tool_call", **{"name": name, "arguments": arguments, "metadata": {"language": language}})
        status, properties = await self.command(cmd)
        result: Json = properties.get("tool_result", {})
        return status, result["content"] if status == StatusCode.OK else properties["detail"]

    def rung(self) -> list[tuple[int, str]]:
        """When, in ms, and what."""
        return [(arrival.time_ms, arrival.properties["text"]) for arrival in self.named("announcement")]


def run(script: Any, **properties: Any) -> ClockProbe:
    tester = probe(ADDON, properties, script, ClockProbe)
    assert isinstance(tester, ClockProbe)
    return tester


def test_the_tools_are_registered_before_it_is_ready() -> None:
    async def script(clock: ClockProbe) -> None:
        await clock.wait_for("ready")

    clock = run(script)
    tools = [arrival.properties["tool"] for arrival in clock.named("tool_register")]
    assert [tool["name"] for tool in tools] == ["current_time", "set_timer", "list_timers", "cancel_timer"]
    assert tools[1]["parameters"][0] == {
        "name": "seconds",
        "type": "number",
        "description": "How long, in seconds",
        "required": True,
    }
    assert clock.arrivals[-1].name == "ready"


def test_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClockTimerExtension, "local_time", lambda self: datetime(2026, 2, 28, 15, 4, tzinfo=UTC))

    async def script(clock: ClockProbe) -> None:
        told = (StatusCode.OK, "Saturday, 2026-02-28, 15:04, time zone UTC")
        assert await clock.call("current_time") == told

    run(script)


def test_timers_ring_in_their_time_and_language() -> None:
    async def script(clock: ClockProbe) -> None:
        assert await clock.call("set_timer", seconds=90, label="pasta") == (
            StatusCode.OK,
            'Set: timer 1 "pasta": rings in 1 min 30 s',
        )
        await clock.call("set_timer", "zh", seconds=60, label="面条")
        await clock.call("set_timer", seconds=3600)
        await asyncio.sleep(30)
        assert (await clock.call("list_timers"))[1] == (
            'timer 2 "面条": rings in 30 s; timer 1 "pasta": rings in 1 min 0 s; timer 3: rings in 59 min 30 s'
        )
        await asyncio.sleep(3600)
        assert (await clock.call("list_timers"))[1] == "No timer is running."

    rung = run(script).rung()
    assert [text for _, text in rung] == ["时间到了：面条。", "Your timer is up: pasta.", "Your timer is up."]
    assert [time_ms - rung[0][0] for time_ms, _ in rung] == [0, 30_000, 3_540_000]


@pytest.mark.parametrize(
    ("arguments", "left"), [({"number": 1}, 2), ({"label": "Past"}, 2), ({"label": "tea"}, 2), ({}, 0)]
)
def test_a_cancelled_timer_does_not_ring(arguments: Json, left: int) -> None:
    async def script(clock: ClockProbe) -> None:
        for label in ("pasta", "green tea", "eggs"):
            await clock.call("set_timer", seconds=60, label=label)
        status, told = await clock.call("cancel_timer", **arguments)
        assert (status, told.startswith("Cancelled: timer ")) == (StatusCode.OK, True)
        await asyncio.sleep(100)

    assert len(run(script).rung()) == left


@pytest.mark.parametrize(
    ("name", "arguments", "problem"),
    [
        ("set_timer", {"seconds": 0}, "seconds: 0; 1 to 86400 is allowed"),
        ("set_timer", {"seconds": 90_000}, "seconds: 90000; 1 to 86400 is allowed"),
        ("cancel_timer", {"number": 7}, "There is no such timer. Running: none"),
        ("weather", {}, f"{ADDON} has no tool weather"),
        ("set_timer", {}, "KeyError: 'seconds'"),
    ],
)
def test_what_it_cannot_do_is_told_to_the_model(name: str, arguments: Json, problem: str) -> None:
    async def script(clock: ClockProbe) -> None:
        assert await clock.call(name, **arguments) == (StatusCode.ERROR, problem)

    assert not run(script).named("error")


def test_the_number_of_timers_is_bounded() -> None:
    async def script(clock: ClockProbe) -> None:
        await clock.call("set_timer", seconds=60)
        status, told = await clock.call("set_timer", seconds=60)
        assert (status, told) == (StatusCode.ERROR, "1 running timers are enough; cancel one first")

    run(script, max_timers=1)


@pytest.mark.parametrize(
    ("duration_ms", "text"), [(-5, "0 s"), (59_400, "59 s"), (61_000, "1 min 1 s"), (3_600_000, "1 h 0 min 0 s")]
)
def test_durations(duration_ms: int, text: str) -> None:
    assert spoken_duration(duration_ms) == text
