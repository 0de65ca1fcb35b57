"""What happened to the sound: the gate or the canceller, and what went wrong."""

from __future__ import annotations

from wrappers.report.event import Event, NodeError
from wrappers.report.timeline.lane import Item, Lane
from wrappers.report.timeline.moments import Moments, number, text

COUNTED = {
    "underruns": "the voice had a gap",
    "dropped_samples": "sound was lost",
    "echoes_dropped": "the agent heard itself, and took no notice",
}
"""Counts in `metrics` that should stay at 0, and what it means when they grow."""


def echo_lane(moments: Moments) -> Lane:
    """Whether the user could be heard, and by what means."""
    items = []
    until_ms = moments.end_ms
    for event in reversed(list(moments.named("echo_state"))):
        start_ms = max(0, event.time_ms)
        if until_ms > start_ms:
            items.append(_echo(start_ms, until_ms, event))
        until_ms = start_ms
    return Lane("echo", "echo", items)


def problem_lane(moments: Moments) -> Lane:
    """Errors of nodes, and counts that should not grow."""
    items = []
    counts: dict[tuple[str, str], float] = {}
    for event in moments.named("error", "metrics"):
        if (error := NodeError.of(event)) is not None:
            grade = "gave up" if error.fatal else "error"
            items.append(Item(event.time_ms, event.time_ms, "error", error.module, f"{grade}: {error.text}"))
            continue
        metrics = event.properties.get("metrics")
        if not isinstance(metrics, dict):
            continue
        for key, meaning in COUNTED.items():
            before, now = counts.get((event.source, key), 0), number(metrics.get(key)) or 0
            counts[event.source, key] = now
            if now > before:
                items.append(
                    Item(event.time_ms, event.time_ms, "warning", meaning, f"{key} of {event.source}: {now:g}")
                )
    return Lane("problems", "problems", items)


def _echo(start_ms: int, end_ms: int, event: Event) -> Item:
    properties = event.properties
    mode, gate = text(properties.get("mode")), text(properties.get("gate"))
    erle_db, delay_ms = number(properties.get("erle_db")), number(properties.get("delay_ms"))
    figures = [f"mode {mode}"]
    if erle_db is not None:
        figures.append(f"echo {erle_db:g} dB quieter")
    if delay_ms is not None:
        figures.append(f"{delay_ms:g} ms late")
    interrupts = "speaking interrupts" if properties.get("speaking_interrupts") else "speaking does not interrupt"
    kind, words = "open", "microphone open"
    if gate == "closed":
        kind, words = "closed", "microphone closed"
    elif mode == "aec":
        kind, words = (
            ("cancelled", "echo cancelled") if properties.get("settled") else ("learning", "learning the echo")
        )
    return Item(start_ms, end_ms, kind, words, ", ".join([*figures, interrupts]))
