"""The doctor as the user sees it: step after step, a table, and what is recommended."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stream_omni.command_line import Options
from stream_omni.doctor import conversation
from stream_omni.doctor.advice import Advice, advise
from stream_omni.doctor.child import run_step
from stream_omni.doctor.findings import SIGNS, Finding, Found, Grade
from stream_omni.doctor.steps import STEPS
from stream_omni.doctor.user_file import apply
from stream_omni.graph_file import USER_FILE_NAME, GraphFile

COLOURS: dict[Grade, str] = {"good": "green", "doubtful": "yellow", "bad": "red"}
RunStep = Callable[[str, float, Sequence[str]], Found]
HoldConversation = Callable[[str, Sequence[str]], Found]


def run_doctor(
    file: GraphFile,
    options: Options,
    console: Console,
    run: RunStep = run_step,
    talk: HoldConversation = conversation.look,
) -> int:
    """Look at everything, print it, recommend, and write that on request.

    returns the exit status: 0 if the recommended conversation works, else 1
    """
    total = Found()
    graph = options.graph or file.default_name
    for step in STEPS:
        total = _joined(total, _with_status(console, step.does, run, step.name, step.limit_s, ["--graph", graph]))
    advice = advise(total.figures, tuple(file.names))
    spoken = _with_status(console, "Holding the sample conversation", talk, advice.graph, advice.arguments)
    total = _joined(total, spoken)
    console.print(findings_table(total.findings))
    _recommend(advice, console)
    if options.apply:
        path = apply(file, advice)
        console.print(f"Written to {path}.", markup=False, soft_wrap=True)
    return 0 if all(finding.grade != "bad" for finding in spoken.findings) else 1


def findings_table(findings: Sequence[Finding]) -> Table:
    """One line per finding."""
    table = Table(title="This machine", title_justify="left", show_lines=False)
    for heading in ("", "part", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        sign = f"[{COLOURS[finding.grade]}]{SIGNS[finding.grade]}"
        table.add_row(sign, escape(finding.part), escape(finding.text), escape(finding.mend))
    return table


def _recommend(advice: Advice, console: Console) -> None:
    console.print(f"Recommended: graph {advice.graph}.", markup=False)
    for reason in advice.reasons:
        console.print(f"- {reason}", markup=False, soft_wrap=True)
    arguments = " ".join(shlex.quote(argument) for argument in ("--graph", advice.graph, *advice.arguments))
    console.print(f"  python ten_stream_omni_app.py {arguments}", markup=False, soft_wrap=True)
    if advice.changes:
        console.print(f"--doctor --apply writes these settings to {USER_FILE_NAME}.", markup=False, soft_wrap=True)


def _with_status(console: Console, text: str, function: Callable[..., Found], *arguments: object) -> Found:
    if not console.is_terminal:
        console.print(f"{text} ...", markup=False)
        return function(*arguments)
    with console.status(text):
        return function(*arguments)


def _joined(one: Found, other: Found) -> Found:
    return Found([*one.findings, *other.findings], one.figures | other.figures)
