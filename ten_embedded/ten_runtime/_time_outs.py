"""How long commands wait: `ten.path_timeout` and `ten.path_check_interval` of an extension or of the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TimeOuts:
    out_s: float = 180.0
    """A command that was sent is answered by a timer after this time."""
    in_s: float | None = None
    """A received command is forgotten after this time; None: as long as its sender waits, it may be answered."""
    interval_s: float = 10.0
    """Time-outs are looked for this often."""


def read_time_outs(*properties: dict[str, Any]) -> TimeOuts:
    """From the first of the property trees that says something; times there are in microseconds."""
    timeout = _first("path_timeout", properties)
    out_us, in_us = timeout, None
    if isinstance(timeout, dict):
        out_us, in_us = timeout.get("out_path"), timeout.get("in_path")
    out_s = _seconds(out_us) or TimeOuts.out_s
    interval_s = _seconds(_first("path_check_interval", properties)) or TimeOuts.interval_s
    in_s = _seconds(in_us)
    # A command must not be forgotten before those that were sent because of it.
    return TimeOuts(out_s, max(in_s, out_s + interval_s) if in_s else None, interval_s)


def _first(key: str, properties: tuple[dict[str, Any], ...]) -> Any:
    sections = (ten for tree in properties if isinstance(ten := tree.get("ten"), dict))
    return next((ten[key] for ten in sections if key in ten), None)


def _seconds(microseconds: Any) -> float | None:
    is_number = isinstance(microseconds, int) and not isinstance(microseconds, bool)
    return microseconds / 1e6 if is_number and microseconds > 0 else None
