"""Makes any text safe to hand to a speech engine: nothing unpronounceable, and no sentence too long."""

from __future__ import annotations

import math
import re
import unicodedata

from wrappers.text import Segmenter, SegmenterOptions

MAX_CHARACTERS = 200
"""Flite needs 20 s for a sentence of 10 000 characters, and only between sentences can an engine be stopped cheaply."""

_SENTENCES = SegmenterOptions(
    clause_words=(math.inf,), sentence_words=20, max_clauses=10**6, max_characters=MAX_CHARACTERS
)
"""The first sentence alone, so that it is heard soon; short ones after it together, so that they sound connected."""

_BLANK = frozenset({"Cc", "Cs", "Co", "Cn", "So", "Sk"})
"""Control characters, lone surrogates, private use, unassigned, emoji and skin tones: between words, like a space."""

_NOTHING = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u20e3\ufe00-\ufe0f\ufeff]")
"""Soft hyphens, joiners, direction and variation marks: inside words and emoji."""

_SAID_SYMBOLS = frozenset("°№℃℉™©®")
"""Symbols that are no pictures: every engine has a word for them, or skips them."""

_HAN = re.compile("[㐀-䶿一-鿿豈-﫿\U00020000-\U0003134f]")


def clean(text: str) -> str:
    """Without characters that have no sound, and with single spaces; empty where nothing is left to say."""
    kept = "".join(character if _is_kept(character) else " " for character in _NOTHING.sub("", text))
    kept = " ".join(kept.split())
    return kept if any(character.isalnum() for character in kept) else ""


def sentences(text: str) -> list[str]:
    """Cut a text of any length into cleaned sentences of at most MAX_CHARACTERS; those without words are left out."""
    segmenter = Segmenter(_SENTENCES)
    pieces = segmenter.push(text) + segmenter.finish()
    return [cleaned for piece in pieces if (cleaned := clean(piece))]


def has_han(text: str) -> bool:
    """Whether there is any Chinese character in it."""
    return _HAN.search(text) is not None


def to_ascii(text: str) -> str:
    """Write a text with the letters that an English engine knows: "café" as "cafe"; other scripts are left out."""
    plain = unicodedata.normalize("NFKD", text.translate(_TYPOGRAPHIC))
    return " ".join("".join(character for character in plain if character.isascii()).split())


_TYPOGRAPHIC = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": ", ", "…": "...", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o"}
)


def _is_kept(character: str) -> bool:
    return unicodedata.category(character) not in _BLANK or character in _SAID_SYMBOLS
