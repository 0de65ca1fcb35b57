"""Which words of a text are still to be said when a voice breaks off."""

from __future__ import annotations

import re

from wrappers.text import is_cjk

MS_PER_UNIT = 50.0
"""A fast speaker's time for a letter, for voices that were never heard to the end: rather lose a word than say it
twice."""
HAN_UNITS = 3.5
"""A Han character takes as long as so many letters."""
_WORD = re.compile(r"[㐀-鿿豈-﫿]|[^\s㐀-鿿豈-﫿]+")


def units(text: str) -> float:
    """How long a text takes to say, in letters."""
    return sum(HAN_UNITS if is_cjk(character) else character.isalnum() for character in text)


def unsaid(text: str, said_units: float) -> str:
    """The words that had not begun when so much of the text was said."""
    before = 0.0
    for word in _WORD.finditer(text):
        if before >= said_units:
            return text[word.start() :]
        before += units(word.group())
    return ""
