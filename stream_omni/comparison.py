"""A recorded conversation beside its replay: what differs, and what got better or worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from stream_omni.limit import Limit
from stream_omni.run_figures import FIGURES, LESS_IS_BETTER, Change, is_stage

NOISE_MS = 20
"""Times that differ by less are the same: frames are 10 ms long."""
NOT_COMPARED = "not compared"


def print_comparison(
    recorded: Mapping[str, float],
    replay: Mapping[str, float],
    changes: Sequence[Change],
    console: Console,
    *,
    same_pace: bool,
) -> None:
    """Show the figures of both, and the words that differ.

    same_pace: whether both ran in real time, or both in virtual time; otherwise their stages cannot be compared
    """
    table = Table(title="The recording and its replay", title_justify="left", title_style="", box=box.SIMPLE_HEAD)
    table.add_column("")
    for heading in ("recorded", "replay", "change"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for name, label in FIGURES.items():
        if name in recorded or name in replay:
            before, after = recorded.get(name), replay.get(name)
            verdict = verdict_on(name, before, after, same_pace=same_pace)
            difference = "" if verdict == NOT_COMPARED else _change(before, after)
            table.add_row(label, _number(before), _number(after), difference, verdict)
    console.print(table)
    for change in changes:
        was, became = (f'"{text}"' if text else "nothing" for text in (change.before, change.after))
        console.print(f"turn {change.turn_id}: {was} became {became}", markup=False, soft_wrap=True)
    if not same_pace:
        console.print(
            "One of the two ran in virtual time, where engines take no time: their stages are not compared. "
            "--real-time measures them.",
            soft_wrap=True,
        )


def verdict_on(name: str, before: float | None, after: float | None, *, same_pace: bool) -> str:
    """A word for the last column."""
    if is_stage(name) and not same_pace:
        return NOT_COMPARED
    if before is None or after is None:
        return "differs"
    if abs(after - before) <= (NOISE_MS if is_stage(name) else 0):
        return "same"
    if name not in LESS_IS_BETTER:
        return "differs"
    return "better" if after < before else "worse"


def print_limits(limits: Sequence[Limit], figures: Mapping[str, float], console: Console) -> bool:
    """Tell which limits were passed; returns whether any was."""
    failures = [failure for limit in limits if (failure := limit.passed(figures)) is not None]
    for failure in failures:
        console.print(f"✗ {failure}", markup=False, soft_wrap=True)
    return bool(failures)


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value)}"


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None or round(after) == round(before):
        return ""
    return f"{round(after) - round(before):+d}"
