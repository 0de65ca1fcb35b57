"""The start-up check as the user sees it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from stream_omni.startup_check import NodeCheck, download_command, names_of


def check_table(checks: Iterable[NodeCheck], graph_name: str, title: str) -> Table:
    """One line per node: what it is, whether it can run here, and what mends it."""
    table = Table(title=title, title_justify="left", show_lines=False)
    for heading in ("node", "engine", "here", "what to do"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        table.add_row(check.node, check.addon, *_verdict(check, graph_name))
    return table


def _verdict(check: NodeCheck, graph_name: str) -> tuple[str, str]:
    if check.mistakes:
        return "[red]wrong", "see below"
    if check.missing is None:
        return _ready(check, graph_name)
    mend = f"{check.missing.what}: {check.missing.mend}"
    if check.replacement is None:
        return "[red]cannot run", mend
    note = f", which {check.replacement.note}" if check.replacement.note else ""
    return f"[yellow]replaced by {check.replacement.addon}[/]{note}", mend


def _ready(check: NodeCheck, graph_name: str) -> tuple[str, str]:
    if not any(download.needed for download in check.downloads):
        return "[green]ready", ""
    todo = f"{names_of(check.downloads)}; to do it ahead of time: {download_command(graph_name)}"
    return "[cyan]ready after a download", todo
