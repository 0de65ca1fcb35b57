"""Turns a growing text into pieces that can be spoken, English and Chinese."""

import re
import unicodedata
from dataclasses import dataclass

from .boundaries import Boundary, BoundaryFinder, Strength
from .script import count_words, is_cjk


@dataclass(frozen=True)
class SegmenterOptions:
    """When a piece is long enough. A "word" is one English word or two Han characters."""

    clause_words: tuple[float, ...] = (3, 6, 12)
    """Words after which a clause may end the first, the second, ... piece; the last value serves all later ones.
    The first piece decides how soon the voice is heard; each next one has the time the one before takes to say."""
    sentence_words: float = 4
    """Words after which a full sentence ends a later piece; shorter sentences ("Yes. I do.") are said together."""
    max_clauses: int = 3
    """A piece never joins more clauses: the voice would run out of breath, and an interruption lose too much."""
    first_max_characters: int = 80
    """A first piece without any stop is cut before a conjunction from here on: the voice is not kept waiting."""
    max_characters: int = 200
    """No piece is longer; speech engines get unstable with long texts."""

    def __post_init__(self) -> None:
        if not self.clause_words or self.max_characters < 16 or self.max_clauses < 1:
            raise ValueError(
                "segmenter: clause_words needs a value, max_characters at least 16, max_clauses at least 1; "
                f"found {self.clause_words}, {self.max_characters}, {self.max_clauses}"
            )


_CONJUNCTION = re.compile(
    r"(?<=\w)(?=\s+(?:and|but|or|because|which|while|although|though|when|where|if|since|until|unless|so|who|that)\s)"
)
_CLAUSE_COUNTS_FROM_WORDS = 2
"""Below it an item of a list ("apples, pears, plums") is not a clause of its own."""
_SMALLEST_SHARE = 0.25
"""A forced cut that leaves less than this share of the limit is worse than one inside a word of Chinese."""


class Segmenter:
    """Push what the language model says, speak what comes out.

    The pieces are the same however the text was cut into deltas, because it is read character by character; how far
    a decision looks ahead is written in `boundaries.py`. Nothing is lost: the pieces joined are the text, but for
    white space at its end. White space between two pieces opens the second one.
    """

    def __init__(self, options: SegmenterOptions | None = None) -> None:
        self._options = options or SegmenterOptions()
        self.reset()

    def reset(self) -> None:
        """Forget the text so far; the next character opens a new one."""
        self._finder = BoundaryFinder()
        self._boundaries: list[Boundary] = []
        self._pieces = 0

    def push(self, delta: str) -> list[str]:
        """Add text; returns the pieces that are complete now."""
        pieces: list[str] = []
        for character in delta:
            boundary = self._finder.feed(character)
            if boundary:
                self._boundaries.append(boundary)
                if self._closes(boundary):
                    pieces.append(self._cut(boundary.end))
            if len(self._finder.text) > self._options.max_characters:
                pieces.append(self._cut(self._forced_cut()))
            elif character.isspace() and not self._pieces:
                pieces.extend(self._shorten_first())
        return pieces

    def finish(self) -> list[str]:
        """The text has ended; returns what is left, at most one piece. The segmenter is then ready for a new text."""
        rest = self._finder.text.rstrip()
        self.reset()
        return [rest] if rest else []

    def _closes(self, boundary: Boundary) -> bool:
        words = count_words(self._finder.text[: boundary.end])
        if words == 0:
            return False
        if boundary.strength is Strength.SENTENCE and (not self._pieces or words >= self._options.sentence_words):
            return True
        needed = self._options.clause_words[min(self._pieces, len(self._options.clause_words) - 1)]
        return words >= needed or self._count_clauses() >= self._options.max_clauses

    def _count_clauses(self) -> int:
        clauses = start = 0
        for boundary in self._boundaries:
            if count_words(self._finder.text[start : boundary.end]) >= _CLAUSE_COUNTS_FROM_WORDS:
                clauses += 1
                start = boundary.end
        return clauses

    def _cut(self, end: int) -> str:
        self._pieces += 1
        self._boundaries = [
            Boundary(boundary.end - end, boundary.strength) for boundary in self._boundaries if boundary.end > end
        ]
        return self._finder.cut(end)

    def _shorten_first(self) -> list[str]:
        text = self._finder.text
        if len(text) <= self._options.first_max_characters:
            return []
        places = [found.start() for found in _CONJUNCTION.finditer(text)]
        good = [place for place in places if count_words(text[:place]) >= self._options.clause_words[0]]
        return [self._cut(good[-1])] if good else []

    def _forced_cut(self) -> int:
        """Where to cut a text that is too long: after a clause, before a conjunction, at a space, or anywhere."""
        text, limit = self._finder.text, self._options.max_characters
        least = int(limit * _SMALLEST_SHARE)
        clauses = [b.end for b in self._boundaries if b.end <= limit and count_words(text[: b.end]) > 0]
        commas = [found.end() for found in re.finditer("、", text[:limit])]
        conjunctions = [found.start() for found in _CONJUNCTION.finditer(text[:limit])]
        spaces = [found.start() for found in re.finditer(r"(?<=\S)\s", text[: limit + 1])]
        for places in (clauses, commas, conjunctions, spaces):
            good = [place for place in places if place >= least]
            if good:
                return good[-1]
        return self._hard_cut(text, limit)

    @staticmethod
    def _hard_cut(text: str, limit: int) -> int:
        """The last place not inside a word or a composed character; a word longer than the limit is cut after all."""
        for position in range(limit, limit // 2, -1):
            before, after = text[position - 1], text[position]
            joined = before == "\u200d" or unicodedata.combining(after) or _is_modifier(after)
            in_word = before.isalnum() and after.isalnum() and not is_cjk(before) and not is_cjk(after)
            if not joined and not in_word and before not in ".,:" and after not in ".,:。，！？；：、":
                return position
        return limit


def _is_modifier(character: str) -> bool:
    """Joiners, skin tones and the second half of a flag belong to the emoji before them."""
    return (
        character in "\u200d\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U0001f1e6" <= character <= "\U0001f1ff"
    )
