"""Notices that the machine was asleep."""

from __future__ import annotations

JUMP_S = 2.0
"""Corrections of the wall clock are smaller, sleeps are longer."""


class SleepDetector:
    """The wall clock goes on while a machine sleeps, the monotonic one stands still."""

    def __init__(self, wall_s: float, monotonic_s: float) -> None:
        self._distance_s = wall_s - monotonic_s

    def has_slept(self, wall_s: float, monotonic_s: float) -> bool:
        """Whether the machine slept since the last call. Setting the clock forward looks the same."""
        distance_s = wall_s - monotonic_s
        jump_s, self._distance_s = distance_s - self._distance_s, distance_s
        return jump_s > JUMP_S
