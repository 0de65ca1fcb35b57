"""A conversation in figures, to compare it with another one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wrappers.report import STAGES, NodeError, Utterance, median_stages_ms
from wrappers.text import is_cjk

_STAGE_NAMES = {f"{stage}_ms": f"{label}, median ms" for stage, label in STAGES.items()}
FIGURES = {
    "turns": "turns of the user",
    "answers": "answers of the agent",
    "interruptions": "answers that were cut short",
    "errors": "errors of the nodes",
    "words": "words of the user",
    "changed_words": "words of the user that differ",
    **_STAGE_NAMES,
}
"""Names, and how a person reads them. Stages count from the end of the user's speech."""
LESS_IS_BETTER = {"errors", "changed_words", *_STAGE_NAMES}

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Change:
    """A place where two recognitions of the same speech differ."""

    turn_id: int
    """Of the first one."""
    before: str
    after: str
    words: int
    """How many differ."""


def is_stage(name: str) -> bool:
    """Whether the figure is a time that a stage takes."""
    return name in _STAGE_NAMES


def figures_of(transcript: Sequence[Utterance], errors: Iterable[NodeError]) -> dict[str, float]:
    """What can be counted in one run; without the stages that never happened."""
    said = [entry for entry in transcript if entry.role == "user"]
    answers = [entry for entry in transcript if entry.role == "agent"]
    stages = median_stages_ms(entry.stages_ms for entry in answers)
    return {
        "turns": len({entry.turn_id for entry in said}),
        "answers": len(answers),
        "interruptions": sum(entry.interrupted for entry in answers),
        "errors": len(list(errors)),
        "words": len(_words(said)),
        **{f"{stage}_ms": value for stage, value in stages.items()},
    }


def changed_words(before: Sequence[Utterance], after: Sequence[Utterance]) -> list[Change]:
    """Where the user's words differ, by turns of `before`."""
    old, new = (_words([entry for entry in run if entry.role == "user"]) for run in (before, after))
    matcher = difflib.SequenceMatcher(None, [word for word, _ in old], [word for word, _ in new], autojunk=False)
    changes = []
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            continue
        turn_id = old[min(old_from, len(old) - 1)][1] if old else new[new_from][1]
        texts = [" ".join(word for word, _ in words) for words in (old[old_from:old_to], new[new_from:new_to])]
        changes.append(Change(turn_id, texts[0], texts[1], max(old_to - old_from, new_to - new_from)))
    return changes


def _words(said: Sequence[Utterance]) -> list[tuple[str, int]]:
    """Words in lower case with their turns; characters where there are no spaces between words."""
    found = []
    for entry in said:
        for word in _WORD.findall(entry.text.lower()):
            units = list(word) if any(map(is_cjk, word)) else [word]
            found += [(unit, entry.turn_id) for unit in units]
    return found
