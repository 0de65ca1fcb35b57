"""After the conversation: the turns, where the recording lies, and what to do next."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stream_omni.command_line import Options
from stream_omni.effective_property import LOG_NAME, ChosenGraph
from stream_omni.graph_file import GraphFile
from stream_omni.run_folder import short_path
from wrappers.report import (
    CONVERSATION,
    STAGES,
    TRANSCRIPT,
    NodeError,
    Utterance,
    median_stages_ms,
    read_transcript,
)
from wrappers.report.timeline import PAGE

HEADINGS = {
    "turn_decided": "decided",
    "transcript": "words",
    "first_llm_text": "LLM",
    "first_tts_audio": "TTS",
    "first_sound": "sound",
}
"""Stages as columns, which leave room for the words in a terminal of 80; the title says them in full."""


def print_closing(
    file: GraphFile,
    graph: ChosenGraph,
    options: Options,
    run_dir: Path | None,
    errors: Sequence[NodeError],
    console: Console,
    failure: str = "",
) -> int:
    """Tell how the conversation went, from what was kept of it.

    run_dir: None if nothing was kept
    errors: what the nodes have complained of
    failure: why the graph could not run, empty if it could
    returns the exit status: 1 if the graph could not run or a node gave up
    """
    gave_up = [error for error in errors if error.fatal]
    if failure:
        print(f"The graph could not run. {failure}", file=sys.stderr)
    elif gave_up:
        print(f"{gave_up[0].module} gave up: {gave_up[0].text}", file=sys.stderr)
    if run_dir is not None:
        _print_kept(run_dir, options.output or run_dir / CONVERSATION, console, is_bad=bool(failure or gave_up))
    if not (failure or gave_up or options.replay):
        for step in next_steps(file, graph):
            console.print(f"- {step}", markup=False, soft_wrap=True)
    return 1 if failure or gave_up else 0


def _print_kept(run_dir: Path, recording: Path, console: Console, *, is_bad: bool) -> None:
    """The turns, and where everything lies; is_bad: the log is wanted, too"""
    utterances = _utterances(run_dir)
    if utterances:
        console.print(turn_table(utterances))
    lines = []
    if recording.exists():
        lines.append(f"Recording (you left, the agent right): {short_path(recording)}")
    if utterances:
        lines.append(f"Transcript: {short_path(run_dir / TRANSCRIPT)}")
    if (run_dir / PAGE).exists():
        lines.append(f"Timeline, for your browser: {short_path(run_dir / PAGE)}")
    if is_bad and (run_dir / LOG_NAME).exists():
        lines.append(f"Log: {short_path(run_dir / LOG_NAME)}")
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def turn_table(utterances: list[Utterance]) -> Table:
    """One row per answer, with the ms from the end of the user's speech to each stage; the medians below."""
    title = f"Turns, in ms from the end of your speech: {', '.join(STAGES.values())}"
    table = Table(title=title, title_justify="left", title_style="", box=box.SIMPLE_HEAD, show_footer=True)
    answers = [said for said in utterances if said.role == "agent"]
    medians = median_stages_ms(said.stages_ms for said in answers)
    table.add_column("turn")
    table.add_column("you", overflow="fold", min_width=8)
    table.add_column("agent", overflow="fold", min_width=8, footer="median")
    for key, heading in HEADINGS.items():
        footer = str(round(medians[key])) if key in medians else ""
        table.add_column(heading, justify="right", no_wrap=True, footer=footer)
    for turn_id in dict.fromkeys(said.turn_id for said in utterances):
        of_turn = [said for said in utterances if said.turn_id == turn_id]
        heard = escape(" ".join(said.text for said in of_turn if said.role == "user"))
        answer = " ".join(_answer(said) for said in of_turn if said.role == "agent")
        stages_ms = next((said.stages_ms for said in of_turn if said.stages_ms), {})
        times = [str(round(stages_ms[key])) if key in stages_ms else "" for key in HEADINGS]
        table.add_row(str(turn_id) if turn_id else "", heard, answer, *times)
    return table


def _answer(said: Utterance) -> str:
    return escape(said.text + (" [interrupted]" if said.interrupted else ""))


def next_steps(file: GraphFile, graph: ChosenGraph) -> list[str]:
    """What to try next."""
    steps = []
    if graph.recording is not None:
        steps.append("Let it hear you: connect a microphone, or add --input FILE with a recording (WAV, FLAC or OGG).")
    if graph.name != file.default_name:
        steps.append(f"Talk to it with all its engines: leave out --graph, which takes {file.default_name}.")
    steps.append("See what its engines need on this machine: --check lists them, and what mends the missing ones.")
    steps.append("See how it is wired: --show-graph draws the graph, property.json declares it.")
    return steps


def _utterances(run_dir: Path) -> list[Utterance]:
    """What was said; nothing where it could not be written or read."""
    try:
        return read_transcript(run_dir / TRANSCRIPT)
    except OSError:
        return []
