"""The start-up check as the user sees it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from stream_omni.startup_check import NodeCheck


def check_table(checks: Iterable[NodeCheck], title: str) -> Table:
    """One line per node: what it is, whether it can run here, and what mends it."""
    table = Table(title=title, title_justify="left", show_lines=False)
    for heading in ("node", "engine", "here", "what to do"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        table.add_row(check.node, check.addon, *_verdict(check))
    return table


def _verdict(check: NodeCheck) -> tuple[str, str]:
    if check.mistakes:
        return "[red]wrong", "see below"
    if check.missing is None:
        return "[green]ready", ""
    mend = f"{check.missing.what}: {check.missing.mend}"
    if check.replacement is None:
        return "[red]cannot run", mend
    return f"[yellow]replaced by {check.replacement.addon}", mend
