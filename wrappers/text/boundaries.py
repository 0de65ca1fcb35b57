"""Finds where a text may be cut, one character at a time.

Every decision depends only on the characters up to the one that decides it, so it is the same however the text was
delivered. How far it must look past a stop before it knows:

- Chinese stops: one character (a closing quote or a further stop belongs to the piece).
- English stops: one character, which must be white space ("3." may become "3.14", "example." "example.com").
- A stop inside quotes ("Really?" she said): up to the first character of the next word.
- Abbreviations that may end a sentence ("etc.", "p.m.", "U.S.", "No."): up to the end of the next word.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

from .abbreviations import BEFORE_NUMBER, LAST_BEFORE_CAPITAL, LAST_BEFORE_STARTER, NEVER_LAST, SENTENCE_STARTERS
from .script import is_cjk


class Strength(IntEnum):
    """How natural a pause is at a boundary."""

    CLAUSE = 1
    SENTENCE = 2


@dataclass(frozen=True, slots=True)
class Boundary:
    """A place to cut: the piece is `text[:end]`."""

    end: int
    strength: Strength


class _Verdict(IntEnum):
    WAIT = 0
    NONE = 1
    CLAUSE = 2
    SENTENCE = 3


_STOPS = ".!?…。！？｡"
_CJK_STOPS = "。！？｡"
_CJK_CLAUSE = "，；："
_CLAUSE = ",;:" + _CJK_CLAUSE
_DASHES = "-–—"
_STARTS = frozenset(_STOPS + _CLAUSE + _DASHES)
_CLOSERS = frozenset("\"'”’»›)]}）】〕》」』〉*_~`")
_QUOTES = frozenset("\"'”’»›」』")
_OPENERS = frozenset("“‘「『（(《〈【[«")
_LEADING = "\"'“‘«‹([{（【*_~`"
_NEXT_WORD = re.compile(r"\s*[\"'“‘«(\[*_]*(\w+)")
_DOTTED = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")


class BoundaryFinder:
    """Holds the text that is not cut off yet; `feed` it a character, get the boundary that it proves, if any."""

    def __init__(self) -> None:
        self.text = ""
        self._candidate: tuple[int, int] | None = None
        self._from_line_start = True

    def feed(self, character: str) -> Boundary | None:
        """Append one character. A boundary lies at or before it."""
        self.text += character
        index = len(self.text) - 1
        boundary = None
        if self._candidate:
            start, end = self._candidate
            if index == end and self._extends(character, start):
                self._candidate = (start, index + 1)
                return None
            verdict = self._judge(start, end)
            if verdict is _Verdict.WAIT and character == "\n":
                verdict = _Verdict.SENTENCE
            if verdict is _Verdict.WAIT:
                return None
            self._candidate = None
            if verdict is not _Verdict.NONE:
                strength = Strength.SENTENCE if verdict is _Verdict.SENTENCE else Strength.CLAUSE
                boundary = Boundary(end, strength)
        if character == "\n":
            end = boundary.end if boundary else len(self.text.rstrip())
            return Boundary(end, Strength.SENTENCE) if end else None
        if character in _STARTS:
            self._candidate = (index, index + 1)
        return boundary

    def cut(self, end: int) -> str:
        """Take `text[:end]` off; what was undecided beyond it stays so."""
        piece, self.text = self.text[:end], self.text[end:]
        if self._candidate:
            start = self._candidate[0] - end
            self._candidate = (start, self._candidate[1] - end) if start >= 0 else None
        self._from_line_start = False
        return piece

    def _extends(self, character: str, start: int) -> bool:
        """Closing quotes, further stops and whatever has no sound belong to the stop before them."""
        first = self.text[start]
        if first in _DASHES:
            return character in _DASHES
        if character in _CLOSERS or character in _STOPS:
            return True
        return unicodedata.category(character) in ("So", "Sk", "Mn", "Me", "Cf")

    def _judge(self, start: int, end: int) -> _Verdict:
        """Is there a boundary at `end`, given that at least one more character is known?"""
        stop, follower = self.text[start:end], self.text[end]
        before = self.text[start - 1] if start else ""
        if stop[0] in _DASHES:
            return self._judge_dash(start, stop, before, follower)
        if stop[0] in _CJK_CLAUSE + "…" + _CJK_STOPS or is_cjk(before) or is_cjk(follower) or follower in _OPENERS:
            return self._judge_tight(start, stop, before, follower)
        if not follower.isspace():
            return _Verdict.NONE
        marks = [mark for mark in stop if mark in _STOPS + _CLAUSE]
        if any(mark in "!?！？" for mark in marks):
            quoted = any(mark in _QUOTES for mark in stop)
            return self._judge_quoted(end) if quoted else _Verdict.SENTENCE
        if len(marks) > 1 or marks[0] != ".":
            return _Verdict.CLAUSE
        return self._judge_full_stop(start, end)

    def _judge_dash(self, start: int, stop: str, before: str, follower: str) -> _Verdict:
        """Hyphens join words, and "5–10" is one expression; a dash with spaces around it, or a long one, is a pause."""
        spaced = before.isspace() and follower.isspace() and not self._starts_line(start)
        joins_words = stop[0] == "—" or (len(stop) > 1 and before.isalnum() and follower.isalnum())
        return _Verdict.CLAUSE if spaced or joins_words else _Verdict.NONE

    def _judge_tight(self, start: int, stop: str, before: str, follower: str) -> _Verdict:
        """A stop that needs no space after it: a Chinese one, or an ASCII one beside Chinese."""
        if any(mark in "!?" + _CJK_STOPS for mark in stop):
            return _Verdict.SENTENCE
        if before.isdigit() and follower.isdigit():
            return _Verdict.NONE
        if stop[0] in "…" + _CLAUSE or stop.count(".") > 1:
            return _Verdict.CLAUSE
        file_name = follower.isascii() and follower.isalnum()
        after_cjk = before != "" and (is_cjk(before) or before in _CLOSERS)
        return _Verdict.SENTENCE if after_cjk and not file_name else _Verdict.NONE

    def _judge_quoted(self, end: int) -> _Verdict:
        """\"Really?\" she said: the sentence goes on where a small letter follows."""
        rest = self.text[end:].lstrip()
        if not rest:
            return _Verdict.WAIT
        return _Verdict.CLAUSE if rest[0].islower() else _Verdict.SENTENCE

    def _judge_full_stop(self, start: int, end: int) -> _Verdict:
        """A single full stop that white space follows."""
        words = self.text[:start].split()
        if not words or self.text[start - 1].isspace():
            return _Verdict.NONE  # a spaced ellipsis
        word = words[-1].lstrip(_LEADING)
        name = word.lower()
        if self._is_enumerator(start) or name in NEVER_LAST:
            return _Verdict.NONE
        if len(word) == 1 and word.isupper() and not is_cjk(word):
            before = words[-2] if len(words) > 1 else ""
            return _Verdict.SENTENCE if word == "I" and before[:1].islower() else _Verdict.NONE
        if name in BEFORE_NUMBER:
            rest = self.text[end:].lstrip()
            if not rest:
                return _Verdict.WAIT
            return _Verdict.NONE if rest[:1].isdigit() else _Verdict.SENTENCE
        if name in LAST_BEFORE_CAPITAL or name in LAST_BEFORE_STARTER or _DOTTED.fullmatch(word):
            return self._judge_by_next_word(name, self.text[end:])
        return _Verdict.SENTENCE

    def _judge_by_next_word(self, abbreviation: str, rest: str) -> _Verdict:
        found = _NEXT_WORD.match(rest)
        if found is None:
            return _Verdict.WAIT if not rest.strip(" " + _LEADING) else _Verdict.NONE
        word = found.group(1)
        if is_cjk(word[0]):
            return _Verdict.SENTENCE
        if not word[0].isupper():
            return _Verdict.NONE
        if abbreviation in LAST_BEFORE_CAPITAL:
            return _Verdict.SENTENCE
        if found.end() == len(rest):
            return _Verdict.WAIT
        return _Verdict.SENTENCE if word.lower() in SENTENCE_STARTERS else _Verdict.NONE

    def _is_enumerator(self, start: int) -> bool:
        """\"1. Apples\": a number that opens a line counts things."""
        number = re.search(r"(?<!\S)\d{1,3}$", self.text[:start])
        return number is not None and self._starts_line(number.start())

    def _starts_line(self, position: int) -> bool:
        lead = self.text[:position].rstrip(" \t")
        return lead.endswith("\n") or (not lead and self._from_line_start)
