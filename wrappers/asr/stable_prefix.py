"""Finds the part of a growing transcript that no longer changes: what two decodes in a row agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HOLD_BACK_MS = 200
"""A word that ends later than this before the end of the audio may have been cut in two."""
LANDMARK_WORDS = 4
LANDMARK_MS = 1000
"""So many words are looked for in a decode that disagrees, and so far from where they were."""
OVERLAP_MS = 120
"""How far the times of the same word differ between decodes."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """One word of a decode, as Whisper writes it: with the space before it, and the punctuation after it."""

    text: str
    start_ms: int
    """From the beginning of the utterance."""
    end_ms: int
    confidence: float = 1.0
    """0..1"""


class StablePrefix:
    """Takes decode after decode of one utterance, each longer than the last. Pure.

    Once a word is in `locked` it stays there, whatever later decodes say; the rest is the newest decode's.
    """

    def __init__(self) -> None:
        self._locked: list[TimedWord] = []
        self._rest: list[TimedWord] = []

    @property
    def locked(self) -> tuple[TimedWord, ...]:
        """The words that will not change."""
        return tuple(self._locked)

    @property
    def words(self) -> tuple[TimedWord, ...]:
        """All words: `locked`, and after them those that may still change."""
        return (*self._locked, *self._rest)

    @property
    def locked_until_ms(self) -> int:
        """End of the last locked word; 0 without one."""
        return self._locked[-1].end_ms if self._locked else 0

    def push(self, words: Sequence[TimedWord], until_ms: int, from_ms: int = 0) -> None:
        """Take a decode.

        until_ms: where the decoded audio ended
        from_ms: where it began; what is locked before that is not repeated in `words`
        """
        new = self._after_locked(words, from_ms)
        agreed = 0
        for word, earlier in zip(new, self._rest, strict=False):
            if _spelling(word) != _spelling(earlier) or word.end_ms > until_ms - HOLD_BACK_MS:
                break
            agreed += 1
        self._locked += new[:agreed]
        self._rest = new[agreed:]

    def agrees(self, words: Sequence[TimedWord]) -> bool:
        """Whether a decode of all of the utterance begins with the locked words."""
        locked = [_spelling(word) for word in self._locked]
        return [_spelling(word) for word in words[: len(locked)]] == locked

    def lock_until(self, time_ms: int) -> None:
        """Lock the words that end by a time, agreed on or not: their audio will not be decoded again."""
        count = sum(1 for word in self._rest if word.end_ms <= time_ms)
        self._locked += self._rest[:count]
        self._rest = self._rest[count:]

    def _after_locked(self, words: Sequence[TimedWord], from_ms: int) -> list[TimedWord]:
        """The words of a decode that follow the locked ones."""
        repeated = [word for word in self._locked if from_ms == 0 or word.end_ms > from_ms + OVERLAP_MS]
        same = [_spelling(word) for word in words[: len(repeated)]] == [_spelling(word) for word in repeated]
        if same:
            return list(words[len(repeated) :])
        # This decode says something else where words are locked: look where it says the last ones of them.
        for count in range(min(LANDMARK_WORDS, len(self._locked)), 0, -1):
            landmark = [_spelling(word) for word in self._locked[-count:]]
            ends = [
                end
                for end in range(count, len(words) + 1)
                if [_spelling(word) for word in words[end - count : end]] == landmark
                and abs(words[end - 1].end_ms - self.locked_until_ms) <= LANDMARK_MS
            ]
            if ends:
                nearest = min(ends, key=lambda end: abs(words[end - 1].end_ms - self.locked_until_ms))
                return list(words[nearest:])
        return [word for word in words if (word.start_ms + word.end_ms) // 2 > self.locked_until_ms]


def _spelling(word: TimedWord) -> str:
    return word.text.strip().casefold()
