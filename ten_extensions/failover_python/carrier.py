"""What all kinds of requests have in common on their way to one of two nodes and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, Protocol

from ten_runtime import AsyncTenEnv, AudioFrame, Cmd, CmdResult, Data, TenError

from .decision import Action, Decision, Side

OURS = "failover-"
"""Ids of messages that the nodes get and nobody else sees begin so."""


class Link(Protocol):
    """The node, as carriers see it. Sending does not suspend."""

    decision: Decision
    ten_env: AsyncTenEnv

    def now_ms(self) -> int: ...

    async def to(self, message: Data | AudioFrame, *sides: Side) -> None:
        """Send to nodes."""

    async def out(self, message: Data | AudioFrame) -> None:
        """Send to where the graph says."""

    async def follow(self, actions: Sequence[Action]) -> None:
        """Do what was decided."""

    def command(self, cmd: Cmd, side: Side) -> AsyncIterator[tuple[CmdResult | None, TenError | None]]:
        """The results of a command to a node, as `send_cmd_ex` yields them."""

    async def pass_on(self, cmd: Cmd, side: Side) -> None:
        """Send a copy of a command to a node and return all its results."""

    async def answer_ok(self, cmd: Cmd, **properties: Any) -> None: ...

    async def answer_error(self, cmd: Cmd, text: str) -> None: ...

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> Any: ...


class Carrier(ABC):
    """Carries one kind of requests. Its methods do not suspend unless they answer a command."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._probes = 0
        self._probe_id = ""

    @abstractmethod
    async def take(self, data: Data) -> None:
        """Data for the nodes."""

    async def take_frame(self, frame: AudioFrame) -> None:
        """Audio for the nodes."""
        await self.link.to(frame, self.link.decision.active)

    async def take_command(self, cmd: Cmd) -> None:
        """A command for the nodes."""
        await self.link.pass_on(cmd, self.link.decision.active)

    async def give(self, side: Side, data: Data) -> None:
        """Data of a node."""
        if side is self.link.decision.active:
            await self.link.out(data)

    async def give_frame(self, side: Side, frame: AudioFrame) -> None:
        """Audio of a node."""
        if side is self.link.decision.active:
            await self.link.out(frame)

    async def switched(self, to: Side) -> None:
        """New requests go there from now on."""
        return

    @abstractmethod
    async def move(self, request_ids: Sequence[str], to: Side) -> None:
        """Hand over what is left of requests."""

    @abstractmethod
    async def fail(self, request_id: str) -> None:
        """Tell whoever waits for a request that it has failed."""

    @abstractmethod
    async def probe(self) -> None:
        """Begin to find out whether the primary works, and tell the decision."""

    async def probed(self, ok: bool) -> None:
        """The probe is over."""
        self._probe_id = ""
        await self.link.follow(self.link.decision.probed(ok, self.link.now_ms()))

    def is_probe(self, id: str) -> bool:
        """Whether something belongs to a probe, this one or an old one."""
        return id.startswith(OURS)

    def next_id(self) -> str:
        """An id of ours."""
        self._probes += 1
        return f"{OURS}{self._probes}"
