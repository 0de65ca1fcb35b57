"""Models that are to go on with a text often say its end once more. Pure."""

from __future__ import annotations

import re

from wrappers.text import is_cjk

LOOKED_AT_CHARACTERS = 600
"""Of the end of the text before; a model rarely goes back further."""
LEAST_WORDS = 2
LEAST_HAN = 4
"""Less than this may well be said twice."""

_WORD_START = re.compile(r"(?<!\w)(?=\w)|(?=[㐀-鿿])")
_WORDS = re.compile(r"[㐀-鿿]|[^\W㐀-鿿]+")


class Repetition:
    """Push what the model writes, get it without the repeated beginning; it is held back as long as that is open."""

    def __init__(self, said: str = "") -> None:
        """said: the text with which the model is to go on; empty: nothing is held back"""
        tail = said[-LOOKED_AT_CHARACTERS:].rstrip()
        self._ends = [end for place in _WORD_START.finditer(tail) if _is_long_enough(end := tail[place.start() :])]
        """Beginnings that would be a repetition, the longest first."""
        self._held = ""

    def push(self, delta: str) -> str:
        """More text; returns what is new in it."""
        if not self._ends:
            return delta
        self._held += delta
        text = self._held.lstrip()
        if any(end.startswith(text) for end in self._ends):
            return ""
        return self.finish()

    def finish(self) -> str:
        """The text has ended, or has gone another way; returns what was held back, without what is repeated in it."""
        text = self._held.lstrip()
        repeated = next((end for end in self._ends if text.startswith(end) and not _cuts_word(text, len(end))), "")
        new, self._held, self._ends = text[len(repeated) :] if repeated else self._held, "", []
        return new


def _cuts_word(text: str, place: int) -> bool:
    return place < len(text) and text[place - 1].isalnum() and text[place].isalnum() and not is_cjk(text[place])


def _is_long_enough(text: str) -> bool:
    words = _WORDS.findall(text)
    han = sum(1 for word in words if "㐀" <= word <= "鿿")
    return len(words) - han >= LEAST_WORDS or han >= LEAST_HAN
