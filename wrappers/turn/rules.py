"""End-of-turn rules on the words that were said: instant, for English and Mandarin, with or without punctuation."""

from __future__ import annotations

import re
import unicodedata

from wrappers.turn.base import Verdict
from wrappers.turn.chinese import judge_chinese
from wrappers.turn.english import judge_english

_HAN = re.compile(r"[㐀-鿿]")
_TRAILING_OFF = re.compile(r"(?:\.{2,}|…|[,、;:—–-])\s*$")
_END_MARKS = {".": ".", "。": ".", "!": "!", "?": "?"}
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")

_ENGLISH_MAY_BE = ("", "en")
"""Languages whose text in Latin letters is judged by the English rules."""


class RuleTurnDetector:
    """Knows nothing of grammar, only of how unfinished sentences end."""

    def judge(self, text: str, language: str = "") -> Verdict:
        """Judge a transcript; in other languages than English and Mandarin only punctuation counts.

        language: BCP-47 such as en-US, or "" if it is not known
        """
        text = unicodedata.normalize("NFKC", text).replace("’", "'").strip().lower()
        ending = _END_MARKS.get(text[-1:], "")
        words = _WORD.findall(text)
        if not words:
            return Verdict("unfinished", 0.9)
        if _TRAILING_OFF.search(text):
            return Verdict("unfinished", 0.8)
        # What comes last decides, so the script of the last word chooses the rules.
        if _HAN.search(words[-1]):
            return judge_chinese("".join(re.findall(r"\w", text)), ending)
        if language.split("-")[0].lower() in _ENGLISH_MAY_BE or _HAN.search(text):
            return judge_english(words, ending)
        return Verdict("finished", 0.9 if ending else 0.65)
