"""Decides which of two nodes works. Pure: no messages, no clock; every event brings its time in ms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

ERRORS_IN_A_ROW = 2
"""So many recoverable errors without a success between them are as bad as a fatal one."""


class Side(Enum):
    """One of the two nodes."""

    PRIMARY = "primary"
    BACKUP = "backup"

    @property
    def other(self) -> Side:
        return Side.BACKUP if self is Side.PRIMARY else Side.PRIMARY


@dataclass(frozen=True, slots=True)
class Switch:
    """New requests go to this side."""

    to: Side
    why: str


@dataclass(frozen=True, slots=True)
class Move:
    """What is left of these requests goes to this side; the other one shall forget them."""

    request_ids: tuple[str, ...]
    to: Side


@dataclass(frozen=True, slots=True)
class Fail:
    """Neither side could do this request."""

    request_id: str


@dataclass(frozen=True, slots=True)
class SayReady:
    """The side that works is ready."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask the primary for something that nobody will notice, and tell `probed` how it went."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Both sides have failed for good."""


Action: TypeAlias = Switch | Move | Fail | SayReady | Probe | GiveUp


@dataclass(slots=True)
class _Node:
    ready: bool = False
    dead: bool = False
    """It sent a fatal error, and no sign of life since."""
    errors: int = 0
    """In a row."""


@dataclass(slots=True)
class _Request:
    side: Side
    waits_since_ms: float = math.inf
    """When its output became due to come; inf = it is not, or has come."""
    moved: bool = False
    """A request moves once: two sides that fail at it will not do better the next time."""


class Decision:
    """Events in, actions out."""

    def __init__(self, first_output_ms: int, ready_ms: int, probe_ms: int, now_ms: int, *, serial: bool) -> None:
        """
        serial: a node does one request after the other, in order, and never while the other node does one
        """
        self.active = Side.PRIMARY
        """Where new requests go."""
        self._first_output_ms = first_output_ms
        self._probe_ms = probe_ms
        self._serial = serial
        self._nodes = {side: _Node() for side in Side}
        self._requests: dict[str, _Request] = {}
        self._said_ready = False
        self._ready_due_ms: float = now_ms + ready_ms
        self._probe_due_ms: float = math.inf
        self._probe_ends_ms: float = math.inf
        self._may_return = False
        self._paused = False

    # --- Requests. -------------------------------------------------------------------------------------------------

    def begin(self, request_id: str) -> Side:
        """A request comes; returns where it goes."""
        last = next(reversed(self._requests.values()), None) if self._serial else None
        side = last.side if last is not None else self.active  # behind the others, not before them
        self._requests[request_id] = _Request(side)
        return side

    def wait(self, request_id: str, now_ms: int) -> None:
        """From now on output of this request is due, if its turn has come."""
        request = self._requests.get(request_id)
        if request is not None and math.isinf(request.waits_since_ms):
            request.waits_since_ms = now_ms

    def output(self, request_id: str, side: Side) -> None:
        """A side made something for a request."""
        request = self._requests.get(request_id)
        if request is not None and request.side is side:
            request.waits_since_ms = math.inf

    def end(self, request_id: str, side: Side, ok: bool, now_ms: int) -> list[Action]:
        """A side is done with a request, or has failed at it: then the other one gets its chance."""
        request = self._requests.get(request_id)
        if request is None or request.side is not side:
            return []
        if ok:
            self._nodes[side].errors = 0
            return self.forget(request_id, now_ms)
        ids = [id for id, other in self._requests.items() if other.side is side] if self._serial else [request_id]
        return self._move(ids, side.other, now_ms)

    def forget(self, request_id: str, now_ms: int) -> list[Action]:
        """Nobody wants a request any more."""
        self._requests.pop(request_id, None)
        if self._serial:  # the next one's turn begins
            first = next(iter(self._requests.values()), None)
            if first is not None and not math.isinf(first.waits_since_ms):
                first.waits_since_ms = now_ms
        return self._return()

    def pause(self, paused: bool, now_ms: int) -> None:
        """While the listener is paused, no output is due."""
        if self._paused and not paused:
            for request in self._requests.values():
                if not math.isinf(request.waits_since_ms):
                    request.waits_since_ms = now_ms
        self._paused = paused

    # --- Nodes. ----------------------------------------------------------------------------------------------------

    def ready(self, side: Side, now_ms: int) -> list[Action]:
        """A node says that it is ready, be it for the first time or again."""
        node = self._nodes[side]
        node.ready, node.dead = True, False
        if side is not self.active:
            if side is Side.PRIMARY:
                self._probe_due_ms = now_ms
            return []
        return self._say_ready()

    def error(self, side: Side, fatal: bool, now_ms: int) -> list[Action]:
        """A node says that something went wrong."""
        node = self._nodes[side]
        node.errors += 1
        node.dead = node.dead or fatal
        if all(node.dead for node in self._nodes.values()):
            return [GiveUp(), *self._fail_all()]
        if side is not self.active or not (fatal or node.errors >= ERRORS_IN_A_ROW):
            return []
        return self._switch("has failed" if fatal else f"had {node.errors} errors in a row", now_ms)

    def probed(self, ok: bool, now_ms: int) -> list[Action]:
        """How the primary took the probe."""
        if math.isinf(self._probe_ends_ms):
            return []
        self._probe_ends_ms = math.inf
        if not ok:
            self._probe_due_ms = now_ms + self._probe_ms
            return []
        self._nodes[Side.PRIMARY] = _Node(ready=True)
        self._may_return = True
        return self._return()

    # --- Time. -----------------------------------------------------------------------------------------------------

    def due_ms(self) -> float:
        """When `tick` should be called; inf = not before another event."""
        late_ms = min((request.waits_since_ms for request in self._waiting().values()), default=math.inf)
        return min(self._ready_due_ms, late_ms + self._first_output_ms, self._probe_due_ms, self._probe_ends_ms)

    def tick(self, now_ms: int) -> list[Action]:
        """Time has passed."""
        actions: list[Action] = []
        if now_ms >= self._ready_due_ms:
            self._ready_due_ms = math.inf
            if self.active is Side.PRIMARY:
                actions += self._switch("was not ready in time", now_ms)
        due_ms = now_ms - self._first_output_ms
        late = {id: request for id, request in self._waiting().items() if request.waits_since_ms <= due_ms}
        for request in late.values():
            request.waits_since_ms = math.inf
        if any(request.side is self.active for request in late.values()):
            actions += self._switch(f"made nothing for {self._first_output_ms} ms", now_ms)
        elif late:  # moved there from the active side: it can do no better
            actions += self._move(list(late), self.active, now_ms)
        if now_ms >= self._probe_ends_ms:
            actions += self.probed(False, now_ms)
        if now_ms >= self._probe_due_ms:
            self._probe_due_ms = math.inf
            self._probe_ends_ms = now_ms + self._first_output_ms
            actions.append(Probe())
        return actions

    def _waiting(self) -> dict[str, _Request]:
        """Those whose output is due now: of serial nodes only the first."""
        requests = [] if self._paused else list(self._requests.items())
        return dict(requests[:1] if self._serial else requests)

    # --- Changes. --------------------------------------------------------------------------------------------------

    def _switch(self, why: str, now_ms: int) -> list[Action]:
        """Leave the active side, if the other one may be alive."""
        before, after = self.active, self.active.other
        if self._nodes[after].dead:
            return []
        self.active = after
        self._nodes[after].errors = 0
        self._may_return = False
        self._probe_due_ms = now_ms + self._probe_ms if after is Side.BACKUP else math.inf
        ids = [id for id, request in self._requests.items() if request.side is before]
        return [Switch(after, why), *self._move(ids, after, now_ms), *self._say_ready()]

    def _move(self, request_ids: list[str], to: Side, now_ms: int) -> list[Action]:
        able = [] if self._nodes[to].dead else [id for id in request_ids if not self._requests[id].moved]
        for request_id in able:
            request = self._requests[request_id]
            request.side, request.moved, request.waits_since_ms = to, True, now_ms
        failed = [request_id for request_id in request_ids if request_id not in able]
        for request_id in failed:
            del self._requests[request_id]
        moves: list[Action] = [Move(tuple(able), to)] if able else []
        return moves + [Fail(request_id) for request_id in failed]

    def _fail_all(self) -> list[Action]:
        failed: list[Action] = [Fail(request_id) for request_id in self._requests]
        self._requests.clear()
        return failed

    def _return(self) -> list[Action]:
        """To a primary that works again, as soon as it does not tear a request apart."""
        if not self._may_return or (self._serial and self._requests):
            return []
        self._may_return = False
        self.active = Side.PRIMARY
        return [Switch(Side.PRIMARY, "works again")]

    def _say_ready(self) -> list[Action]:
        if self._said_ready or not self._nodes[self.active].ready:
            return []
        self._said_ready = True
        self._ready_due_ms = math.inf
        return [SayReady()]
