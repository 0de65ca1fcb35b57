"""One line per turn: what was heard, what was said, and how long each stage took."""

from __future__ import annotations

from wrappers.report.stages import stages_text
from wrappers.report.turn import Turn
from wrappers.report.utterance import Utterance


def turn_line(turn: Turn) -> str:
    """E.g. 'turn 1 | you: what time is it | agent: It is ten. | after speech end: first sound 700 ms'."""
    parts = [f"turn {turn.turn_id}"] if turn.turn_id else []
    if turn.heard:
        parts.append("you: " + (" ".join(_words(said) for said in turn.heard if said.text) or "(no words)"))
    if turn.answer is None:
        parts.append("agent: (no answer)")
    else:
        parts.append(
            f"agent: {turn.answer.text or '(nothing)'}" + (" [interrupted]" if turn.answer.interrupted else "")
        )
        if stages := stages_text(turn.answer.stages_ms):
            parts.append(f"after speech end: {stages}")
    return " | ".join(parts)


def _words(said: Utterance) -> str:
    return f"[start not heard] {said.text}" if said.start_lost else said.text
