"""One line per turn: what was heard, what was said, and how long each stage took."""

from __future__ import annotations

from wrappers.report.stages import stages_text
from wrappers.report.utterance import Utterance


class TurnLines:
    """Brings the user's words and the answer to them together. Pure: utterances in, lines out."""

    def __init__(self) -> None:
        self._unanswered: list[Utterance] = []

    def add(self, utterance: Utterance) -> list[str]:
        """Take the next utterance; returns the lines that are complete with it."""
        if utterance.role == "user":
            lines = [self._line(None)] if self._is_waiting_for_other(utterance) else []
            self._unanswered.append(utterance)
            return lines
        lines = [self._line(None)] if self._is_waiting_for_other(utterance) else []
        return [*lines, self._line(utterance)]

    def finish(self) -> list[str]:
        """The line of a last turn that got no answer."""
        return [self._line(None)] if self._unanswered else []

    def _is_waiting_for_other(self, utterance: Utterance) -> bool:
        return any(waiting.turn_id != utterance.turn_id for waiting in self._unanswered)

    def _line(self, answer: Utterance | None) -> str:
        heard, self._unanswered = self._unanswered, []
        turn_id = answer.turn_id if answer else heard[-1].turn_id
        parts = [f"turn {turn_id}"] if turn_id else []
        if heard:
            parts.append("you: " + (" ".join(_words(said) for said in heard if said.text) or "(no words)"))
        if answer is None:
            parts.append("agent: (no answer)")
        else:
            parts.append(f"agent: {answer.text or '(nothing)'}" + (" [interrupted]" if answer.interrupted else ""))
            if stages := stages_text(answer.stages_ms):
                parts.append(f"after speech end: {stages}")
        return " | ".join(parts)


def _words(said: Utterance) -> str:
    return f"[start not heard] {said.text}" if said.start_lost else said.text
