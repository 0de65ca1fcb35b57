"""What opens a line of Markdown: headings, list items, quotes, rules, tables, code fences."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from .symbols import BULLETS


class Line(Enum):
    """What the rest of a line is."""

    UNKNOWN = auto()
    """More text is needed to know."""
    PARAGRAPH = auto()
    NESTED = auto()
    """A quote mark or indentation: what follows opens a line again."""
    BLOCK = auto()
    """A heading or list item: it ends like a sentence."""
    ROW = auto()
    """A table row."""
    DROPPED = auto()
    """A rule, an underline, a link definition: nothing to say."""
    FENCE = auto()
    """Code until a line with the same fence."""


@dataclass(frozen=True, slots=True)
class Opening:
    """`text[:length]` is markup and is not said."""

    line: Line
    length: int = 0
    fence: str = ""


_RULE_OR_SEPARATOR = re.compile(r"[-|:+=*_ \t]+")
_HEADING = re.compile(r"#{1,6}[ \t]")
_MAYBE_HEADING = re.compile(r"#{1,6}")
_BULLET = re.compile(rf"(?:[-*+–—][ \t]+|[{BULLETS}][ \t]*)(?:\[(?:[ xX])\][ \t]+)?")
_MAYBE_BULLET = re.compile(rf"(?:[-*+–—][ \t]*|[{BULLETS}][ \t]*)(?:\[(?:[ xX](?:\][ \t]*)?)?)?")
_NUMBER = re.compile(r"\d{1,3}[.)](?=[ \t])")
_MAYBE_NUMBER = re.compile(r"\d{1,3}[.)]?")
_DEFINITION = re.compile(r"\[(?:\^[^\]\n]{1,60}\]:|[^\]\n]{1,60}\]:[ \t]*(?:<|https?://|www\.))[^\n]*", re.IGNORECASE)
_MAYBE_DEFINITION = re.compile(r"\[[^\]\n]{0,60}(?:\](?::[ \t]*[a-z:/]{0,8})?)?", re.IGNORECASE)
_FENCE = re.compile(r"(`{3,}|~{3,})([^\n]*)")
_MAYBE_FENCE = re.compile(r"`{1,2}|~{1,2}")


def read_opening(text: str, at_end: bool) -> Opening:
    """Tell what opens the line.

    text: from the start of the line, maybe only the first part of it
    at_end: no more text comes, so that nothing is unknown
    """
    if not text:
        return Opening(Line.PARAGRAPH if at_end else Line.UNKNOWN)
    first = text[0]
    if first in " \t":
        return Opening(Line.NESTED, len(text) - len(text.lstrip(" \t")))
    if first == ">":
        return Opening(Line.NESTED, 1)
    line, newline, _ = text.partition("\n")
    complete = bool(newline) or at_end
    if line and _RULE_OR_SEPARATOR.fullmatch(line):
        return Opening(Line.DROPPED, len(line)) if complete else Opening(Line.UNKNOWN)
    if first in "`~":
        return _read_fence(line, complete)
    if first == "#":
        return _choose(line, complete, _HEADING, _MAYBE_HEADING)
    if first == "[":
        return _read_definition(line, complete)
    if first == "|":
        return Opening(Line.ROW, 1)
    if first.isdigit():
        return _read_number(line, complete)
    return _choose(line, complete, _BULLET, _MAYBE_BULLET)


def _choose(line: str, complete: bool, sure: re.Pattern[str], maybe: re.Pattern[str]) -> Opening:
    if not complete and maybe.fullmatch(line):
        return Opening(Line.UNKNOWN)
    found = sure.match(line)
    return Opening(Line.BLOCK, found.end()) if found else Opening(Line.PARAGRAPH)


def _read_number(line: str, complete: bool) -> Opening:
    """The number of a list item is said, so it is no markup."""
    if not complete and _MAYBE_NUMBER.fullmatch(line):
        return Opening(Line.UNKNOWN)
    return Opening(Line.BLOCK if _NUMBER.match(line) else Line.PARAGRAPH)


def _read_definition(line: str, complete: bool) -> Opening:
    if complete:
        found = _DEFINITION.fullmatch(line)
        return Opening(Line.DROPPED, len(line)) if found else Opening(Line.PARAGRAPH)
    maybe = _MAYBE_DEFINITION.fullmatch(line) or _DEFINITION.fullmatch(line)
    return Opening(Line.UNKNOWN if maybe else Line.PARAGRAPH)


def _read_fence(line: str, complete: bool) -> Opening:
    found = _FENCE.fullmatch(line)
    if found is None:
        return Opening(Line.UNKNOWN if not complete and _MAYBE_FENCE.fullmatch(line) else Line.PARAGRAPH)
    if "`" in found.group(2):
        return Opening(Line.PARAGRAPH)  # ```code``` within a line
    return Opening(Line.FENCE, len(line), found.group(1)) if complete else Opening(Line.UNKNOWN)
