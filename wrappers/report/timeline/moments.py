"""The events of a run, with the times inside the messages on the axis of the tracks."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from wrappers.report.event import Event


@dataclass(frozen=True, slots=True)
class Moments:
    """What the lanes are made of."""

    events: list[Event]
    """In the order in which they were sent."""
    clock_at_zero_ms: int
    """What the clock of the app, which messages speak of, showed at the start of the tracks."""
    end_ms: int
    """Of the run: its last event or its last sound."""
    _by_name: dict[str, list[Event]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for event in self.events:
            self._by_name.setdefault(event.name, []).append(event)

    def named(self, *names: str) -> Iterator[Event]:
        """The events of these names, in order."""
        found = [event for name in names for event in self._by_name.get(name, ())]
        return iter(found if len(names) == 1 else sorted(found, key=lambda event: event.time_ms))

    def time_ms(self, event: Event, key: str) -> int:
        """A time that a message tells, on the axis of the tracks; where it tells none, when it was sent."""
        value = number(event.properties.get(key))
        return event.time_ms if value is None else round(value) - self.clock_at_zero_ms


def clock_at_zero_ms(events: list[Event]) -> int:
    """Guess it where run.json is lost, from the messages that say when they were sent."""
    told = ((number(event.properties.get("ts_ms")), event.time_ms) for event in events)
    return round(statistics.median_low([ts_ms - time_ms for ts_ms, time_ms in told if ts_ms is not None] or [0]))


def number(value: Any) -> float | None:
    """A value of a message as a number; None if it is none, or not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        return None
    return value


def text(value: Any) -> str:
    """A value of a message as text; empty if it is none."""
    return value.strip() if isinstance(value, str) else ""


def seconds(ms: float) -> str:
    """'0.4 s'"""
    return f"{ms / 1000:.1f} s"
