"""Which item goes next on the one thread that all work with MLX shares. Pure: the caller gives the times.

The first sound of a speech, the words of a finished utterance and calls go at once: the user waits in silence for them.
Everything else has a deadline, and the nearest one goes first. A speech that can be heard is due before its sound runs
out. The others are due a while after they got ready, so that each of them goes on, whatever the rest does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["call", "speech", "final", "answer", "partial", "ahead"]
"""A call (loading, closing); the sound of a voice; the words of a finished utterance; the text of a language model;
the words so far; a prompt that is read ahead."""

SOUND_MARGIN_S = 0.5
"""A speech is due so long before its sound runs out: its next chunk takes many items."""
PATIENCE_S: Mapping[Kind, float] = {
    "call": 0.0,
    "speech": 0.0,
    "final": 0.0,
    "answer": 0.1,  # ten tokens a second are thrice as many as anybody speaks
    "partial": 0.2,  # words on a screen
    "ahead": 0.5,  # nobody knows yet whether it will be of use
}
"""How long an item may wait before it is due."""
_AT_ONCE: tuple[Kind, ...] = ("call", "final")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that could go now."""

    kind: Kind
    ready_s: float
    """Since when."""
    began: bool = False
    """Something has come out of the same work before."""
    sound_left_s: float = 0.0
    """How long a speech can be heard yet, from `now_s` on."""


def choose(waiting: Sequence[Waiting], now_s: float) -> int:
    """Index of the item that goes next; of equal ones the first.

    raises ValueError where nothing waits
    """
    return min(range(len(waiting)), key=lambda index: _key(waiting[index], now_s))


def _key(item: Waiting, now_s: float) -> tuple[bool, float]:
    at_once = item.kind in _AT_ONCE or (item.kind == "speech" and not item.began and item.sound_left_s <= 0)
    return not at_once, _due_s(item, now_s)


def _due_s(item: Waiting, now_s: float) -> float:
    due_s = item.ready_s + PATIENCE_S[item.kind]
    if item.kind != "speech":
        return due_s
    return max(due_s, now_s + item.sound_left_s - SOUND_MARGIN_S)  # a voice that is always late must not stop the rest
