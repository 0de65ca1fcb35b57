"""Talks to a language model's node in virtual time: sends commands, and keeps every result with its time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from support.probe import Probe, probe
from support.scripted_llm import ADDON
from ten_runtime import StatusCode

from ten_extensions.common.messages import Json, make_cmd, read
from wrappers.clock import now_ms


@dataclass
class Completion:
    """The results of one `chat_completion`, as they came."""

    bodies: list[Json] = field(default_factory=list)
    times_ms: list[int] = field(default_factory=list)
    status: StatusCode | None = None
    """Of the final result; None while there is none."""
    final: Json = field(default_factory=dict)

    @property
    def types(self) -> list[str]:
        return [body["type"] for body in self.bodies]

    @property
    def deltas(self) -> list[str]:
        return [body["delta"] for body in self.bodies if body["type"] == "message_content_delta"]

    @property
    def content(self) -> str:
        """What the last result says is the whole text."""
        return next((body["content"] for body in reversed(self.bodies) if "content" in body), "")


class LlmProbe(Probe):
    """The tester around a language model."""

    async def ask(self, text: str = "Hello", request_id: str = "r1", **properties: Any) -> Completion:
        """Ask, and wait for the final result."""
        return await self.complete(
            request_id=request_id, **({"messages": [{"role": "user", "content": text}]} | properties)
        )

    def start(self, text: str = "Hello", request_id: str = "r1", **properties: Any) -> asyncio.Task[Completion]:
        """Ask without waiting."""
        return asyncio.get_running_loop().create_task(self.ask(text, request_id, **properties))

    async def complete(self, into: Completion | None = None, **properties: Any) -> Completion:
        """Send a `chat_completion` of just these properties."""
        completion = into or Completion()
        async for result, error in self.env.send_cmd_ex(make_cmd("chat_completion", **properties)):
            assert result is not None, str(error)
            if result.is_completed():
                completion.status, completion.final = result.get_status_code(), read(result)
            else:
                completion.bodies.append(read(result))
                completion.times_ms.append(now_ms())
        return completion

    async def tell(self, name: str, **properties: Any) -> tuple[StatusCode, Json]:
        """Send a command and return status and properties of its result."""
        return await self.command(make_cmd(name, **properties))

    def errors(self) -> list[Json]:
        return [arrival.properties for arrival in self.named("error")]

    def metrics(self) -> list[Json]:
        return [arrival.properties["metrics"] for arrival in self.named("metrics")]


def talk_to_llm(
    script: Callable[[LlmProbe], Awaitable[None]],
    steps: list[str] | None = None,
    addon: str = ADDON,
    kind: type[LlmProbe] = LlmProbe,
    **properties: Any,
) -> LlmProbe:
    """Run a script around a language model; by default the scripted one, with these steps."""

    async def run(tester: Probe) -> None:
        assert isinstance(tester, LlmProbe)
        await script(tester)

    if steps is not None:
        properties["params"] = {"steps": steps}
    tester = probe(addon, properties, run, kind)
    assert isinstance(tester, LlmProbe)
    return tester
