"""Which writing a text is in: what has spaces between words and what has not."""

import re
from typing import Literal

Language = Literal["en", "zh"]

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003134f"
_CJK_CHARACTER = re.compile(f"[{_CJK}]")
_HAN_CHARACTER = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_SPACED_WORD = re.compile(rf"[^\W_{_CJK}]+(?:['’.,:-][^\W_{_CJK}]+)*")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f]+")

WORDS_PER_CJK_CHARACTER = 0.5
"""Two Han characters take about as long to say as one English word."""


def is_cjk(character: str) -> bool:
    """True for Han, kana and Hangul: characters written without spaces between words."""
    return _CJK_CHARACTER.match(character) is not None


def count_cjk(text: str) -> int:
    """How many characters of a text are `is_cjk`."""
    return len(_CJK_CHARACTER.findall(text))


def count_words(text: str) -> float:
    """Length of a text in English words; a Han character counts as half a word, punctuation as nothing."""
    spaced = sum(1 for _ in _SPACED_WORD.finditer(text))
    return spaced + WORDS_PER_CJK_CHARACTER * count_cjk(text)


def language_of(text: str) -> Language:
    """zh where at least a third of the words are Chinese, else en; numbers are of no language."""
    han = WORDS_PER_CJK_CHARACTER * len(_HAN_CHARACTER.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    return "zh" if han > 0 and 2 * han >= latin else "en"


def word_set(words: str) -> frozenset[str]:
    """A set of words, written the way one reads a list of words."""
    return frozenset(words.split())
