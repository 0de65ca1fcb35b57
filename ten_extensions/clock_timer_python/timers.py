"""Timers that are set, rest and are cancelled. Pure: times are ms on any one clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunningTimer:
    """One that has not rung yet."""

    number: int
    """Counts from 1; never used again."""
    label: str
    """What it is for; may be empty."""
    due_ms: int

    def describe(self, now_ms: int) -> str:
        """For the language model: which one it is, and how long it still runs."""
        label = f' "{self.label}"' if self.label else ""
        return f"timer {self.number}{label}: rings in {spoken_duration(self.due_ms - now_ms)}"


class Timers:
    """All timers of one user, the next to ring first."""

    def __init__(self) -> None:
        self._running: dict[int, RunningTimer] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._running)

    def set(self, due_ms: int, label: str) -> RunningTimer:
        self._count += 1
        timer = self._running[self._count] = RunningTimer(self._count, label, due_ms)
        return timer

    def ring(self, number: int) -> RunningTimer | None:
        """Take out one whose time has come; None if it was cancelled."""
        return self._running.pop(number, None)

    def all(self) -> list[RunningTimer]:
        return sorted(self._running.values(), key=lambda timer: timer.due_ms)

    def cancel(self, number: int | None, label: str) -> list[RunningTimer]:
        """Take out those that are meant: by number, by a part of the label, or all of them where neither is given."""
        meant = [timer for timer in self.all() if _is_meant(timer, number, label)]
        for timer in meant:
            del self._running[timer.number]
        return meant


def spoken_duration(duration_ms: int) -> str:
    """1 h 5 min 0 s, without leading zeros."""
    seconds = max(0, round(duration_ms / 1000))
    parts = [(seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    while len(parts) > 1 and parts[0][0] == 0:
        parts.pop(0)
    return " ".join(f"{value} {unit}" for value, unit in parts)


def _is_meant(timer: RunningTimer, number: int | None, label: str) -> bool:
    if number is not None:
        return timer.number == number
    return label.casefold() in timer.label.casefold()
