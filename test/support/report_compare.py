"""Puts repeated measurements together and tells a change from noise. Pure: no files, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

SMALLEST_CHANGE = 0.02
"""Less than this share of the value is never called a change: three equal measurements do not mean that there is no
noise."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, measured several times."""

    value: float
    """The median."""
    noise: float
    """Half the difference of the largest and the smallest."""

    def change_from(self, before: Figure) -> float | None:
        """The difference to an earlier report, if it is more than both of them waver."""
        difference = self.value - before.value
        noise = self.noise + before.noise
        if abs(difference) <= max(noise, SMALLEST_CHANGE * abs(before.value)):
            return None
        return difference


def figures_of(summaries: Sequence[Mapping[str, float]]) -> dict[str, Figure]:
    """Each figure that all summaries have."""
    keys = [key for key in summaries[0] if all(key in summary for summary in summaries)] if summaries else []
    found = {}
    for key in keys:
        values = [float(summary[key]) for summary in summaries]
        found[key] = Figure(median(values), (max(values) - min(values)) / 2)
    return found


def figures_in(report: Mapping[str, Any], benchmark: str) -> dict[str, Figure]:
    """What an earlier report says about a benchmark; nothing where it does not know it."""
    known = report.get("benchmarks", {}).get(benchmark, {}).get("figures", {})
    return {key: Figure(float(entry["value"]), float(entry["noise"])) for key, entry in known.items()}
