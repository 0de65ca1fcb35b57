"""Plays the rest of the graph around one node, in virtual time: a script sends, everything that comes back is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from support.app_dir import use_repository
from ten_runtime import AsyncExtensionTester, AsyncTenEnvTester, AudioFrame, Cmd, CmdResult, Data, StatusCode

from ten_extensions.common.messages import Json, Pcm, read, read_pcm
from wrappers.clock import VirtualTimeLoop, now_ms

TIMEOUT_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message of the node."""

    kind: str
    """cmd, data or audio"""
    name: str
    time_ms: int
    properties: Json
    pcm: Pcm | None = None


class Probe(AsyncExtensionTester):
    """The tester: answers every command OK, and ends when its script does."""

    _loop_factory = VirtualTimeLoop

    def __init__(self, script: Callable[[Probe], Awaitable[None]]) -> None:
        super().__init__()
        self.arrivals: list[Arrival] = []
        self.failure: BaseException | None = None
        self.env: AsyncTenEnvTester
        self._script = script
        self._arrived = asyncio.Event()

    async def on_start(self, ten_env: AsyncTenEnvTester) -> None:
        self.env = ten_env
        self._running = asyncio.get_running_loop().create_task(self._run_script())

    async def on_cmd(self, ten_env: AsyncTenEnvTester, cmd: Cmd) -> None:
        self._keep(Arrival("cmd", cmd.get_name(), now_ms(), read(cmd)))
        await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))

    async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None:
        self._keep(Arrival("data", data.get_name(), now_ms(), read(data)))

    async def on_audio_frame(self, ten_env: AsyncTenEnvTester, audio_frame: AudioFrame) -> None:
        pcm = read_pcm(audio_frame)
        self._keep(Arrival("audio", audio_frame.get_name(), now_ms(), {"metadata": pcm.metadata}, pcm))

    async def command(self, cmd: Cmd) -> tuple[StatusCode, Json]:
        """Send a command and return status and properties of its result."""
        result, error = await self.env.send_cmd(cmd)
        assert result is not None, str(error)
        return result.get_status_code(), read(result)

    async def wait_for(self, name: str, count: int = 1, **properties: Any) -> list[Arrival]:
        """Wait until so many messages of this name, with these properties, have come."""
        found: list[Arrival] = []
        looked_at = 0
        while True:
            found += [arrival for arrival in self.arrivals[looked_at:] if _matches(arrival, name, "", properties)]
            looked_at = len(self.arrivals)
            if len(found) >= count:
                return found
            self._arrived.clear()
            await self._arrived.wait()

    def named(self, name: str, kind: str = "", **properties: Any) -> list[Arrival]:
        """The messages of this name that came so far, with these properties."""
        return [arrival for arrival in self.arrivals if _matches(arrival, name, kind, properties)]

    def audio(self, name: str = "pcm_frame") -> list[Pcm]:
        """The frames of this name that came so far."""
        return [arrival.pcm for arrival in self.named(name) if arrival.pcm is not None]

    def _keep(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)
        self._arrived.set()

    async def _run_script(self) -> None:
        try:
            await self._script(self)
        except BaseException as failure:
            self.failure = failure
        self.env.stop_test()


def _matches(arrival: Arrival, name: str, kind: str, properties: Json) -> bool:
    if arrival.name != name or kind not in ("", arrival.kind):
        return False
    return all(arrival.properties.get(key) == value for key, value in properties.items())


def probe(addon: str, properties: Json, script: Callable[[Probe], Awaitable[None]], kind: type[Probe] = Probe) -> Probe:
    """Run one node of this repository with a script around it, and raise what went wrong in the script.

    The test hangs if the script waits for what never comes; it is ended after a minute of real time.
    """
    tester = kind(script)
    tester.set_test_mode_single(addon, json.dumps(properties))
    return _run(tester)


def probe_graph(graph: Json, script: Callable[[Probe], Awaitable[None]], kind: type[Probe] = Probe) -> Probe:
    """As `probe`, for a graph of several nodes; the script is its node `ten:test_extension`."""
    tester = kind(script)
    tester.set_test_mode_graph(json.dumps(graph))
    return _run(tester)


def _run(tester: Probe) -> Probe:
    use_repository()
    tester.set_timeout(TIMEOUT_US)
    error = tester.run()
    if tester.failure is not None:
        raise tester.failure
    assert error is None, f"{error}; arrived: {[(a.kind, a.name) for a in tester.arrivals[-20:]]}"
    return tester
