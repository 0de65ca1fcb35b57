"""What belongs together: the words of the user, and the answer to them."""

from __future__ import annotations

from dataclasses import dataclass

from wrappers.report.utterance import Utterance


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange. At least one side has said something."""

    heard: tuple[Utterance, ...]
    """Of the user; empty where the agent speaks first."""
    answer: Utterance | None
    """None where none came."""

    @property
    def turn_id(self) -> int:
        """0 for what the agent says before the user's first turn."""
        return self.answer.turn_id if self.answer else self.heard[-1].turn_id


class Turns:
    """Brings utterances together. Pure: utterances in, complete turns out."""

    def __init__(self) -> None:
        self._unanswered: list[Utterance] = []

    def add(self, utterance: Utterance) -> list[Turn]:
        """Take the next utterance; returns the turns that are complete with it."""
        is_other = any(waiting.turn_id != utterance.turn_id for waiting in self._unanswered)
        turns = [self._complete(None)] if is_other else []
        if utterance.role == "user":
            self._unanswered.append(utterance)
            return turns
        return [*turns, self._complete(utterance)]

    def finish(self) -> list[Turn]:
        """A last turn that got no answer."""
        return [self._complete(None)] if self._unanswered else []

    def _complete(self, answer: Utterance | None) -> Turn:
        heard, self._unanswered = tuple(self._unanswered), []
        return Turn(heard, answer)
