"""Turns what a language model writes (Markdown, tags, emoji, formulas) into text that a voice can say."""

import re
from dataclasses import dataclass

from .markdown_inline import RULES, Place, read_markup
from .markdown_lines import Line, read_opening
from .script import Language
from .spoken_text import SpokenText

_PLAIN = re.compile("[^\n" + re.escape("".join(RULES)) + "]+")


@dataclass(frozen=True)
class SpeakableOptions:
    """What is said in place of things that cannot be said."""

    code_note: tuple[tuple[Language, str], ...] = (("en", "I leave out the code."), ("zh", "代码就不念了。"))
    """Said for a block of code, by language; an answer of nothing but code would otherwise be silence."""


class Speakable:
    """Push Markdown, take text to speak.

    The output joined is the same however the text was cut into deltas: markup is held back until it is certain
    what it is. That costs at most a line for what may be a table rule or a code fence, at most a few hundred
    characters for an open bracket, dollar sign or backtick, and nothing for plain text. Numbers stay digits.
    """

    def __init__(self, options: SpeakableOptions | None = None) -> None:
        self._options = options or SpeakableOptions()
        self.reset()

    def reset(self) -> None:
        """Forget the text so far."""
        self._text = ""
        self._spoken = SpokenText()
        self._at_line_start = True
        self._line = Line.PARAGRAPH
        self._wrapped = False
        self._before = ""
        self._fence = ""
        self._hidden_until = ""

    def push(self, delta: str) -> str:
        """Add text; returns what can be said now, maybe nothing."""
        self._text += delta.replace("\r", "")
        self._read(at_end=False)
        return self._spoken.take()

    def finish(self) -> str:
        """The text has ended; returns the rest. Then ready for a new text."""
        self._read(at_end=True)
        self._end_line(last=True)
        rest = self._spoken.take()
        self.reset()
        return rest

    def _read(self, at_end: bool) -> None:
        while self._text:
            if self._hidden_until:
                advanced = self._skip_hidden()
            elif self._fence:
                advanced = self._skip_code(at_end)
            elif self._at_line_start:
                advanced = self._open_line(at_end)
            else:
                advanced = self._read_inline(at_end)
            if not advanced:
                return

    def _skip_hidden(self) -> bool:
        end = self._text.lower().find(self._hidden_until.lower())
        if end < 0:
            keep = len(self._hidden_until) - 1  # its first characters may be the last ones so far
            self._text = self._text[-keep:]
            return False
        self._consume(end + len(self._hidden_until))
        self._hidden_until = ""
        return True

    def _skip_code(self, at_end: bool) -> bool:
        line, newline, rest = self._text.partition("\n")
        if not newline and not at_end:
            return False
        self._text = rest
        mark = line.strip()
        if mark.startswith(self._fence) and not mark.strip(self._fence[0]):
            self._fence = ""
        return True

    def _open_line(self, at_end: bool) -> bool:
        opening = read_opening(self._text, at_end)
        if opening.line is Line.UNKNOWN:
            return False
        if opening.line is Line.NESTED:
            self._consume(opening.length)
            return True
        self._close_wrapped_line(opening.line)
        self._consume(opening.length)
        self._at_line_start = False
        self._line = opening.line
        if opening.line is Line.FENCE:
            self._fence = opening.fence
            self._say_code_note()
            self._consume(min(1, len(self._text)))  # the line break after the opening fence
            self._at_line_start = True
        return True

    def _say_code_note(self) -> None:
        note = dict(self._options.code_note).get(self._spoken.language, "")
        self._spoken.break_line()
        self._spoken.say(note)
        self._spoken.break_line()

    def _read_inline(self, at_end: bool) -> bool:
        if self._text[0] == "\n":
            self._end_line(last=False)
            self._consume(1)
            self._at_line_start, self._line, self._before = True, Line.PARAGRAPH, ""
            return True
        plain = _PLAIN.match(self._text)
        if plain:
            self._spoken.say(plain.group())
            self._consume(plain.end())
            return True
        place = Place(self._text, self._before, self._line is Line.ROW, self._spoken.language, at_end)
        reading = read_markup(place)
        if reading.length == 0:
            return False
        if reading.pauses:
            self._spoken.pause()
        self._spoken.say(reading.say)
        self._hidden_until = reading.hides_until
        self._consume(reading.length)
        self._text = reading.reread + self._text
        return True

    def _end_line(self, last: bool) -> None:
        if self._line in (Line.BLOCK, Line.ROW):
            self._spoken.end_sentence()
        self._wrapped = self._line is Line.PARAGRAPH and self._spoken.goes_on
        if not last and not self._wrapped:
            self._spoken.break_line()

    def _close_wrapped_line(self, next_line: Line) -> None:
        """A long line without a stop goes on in the next one, if that is ordinary text."""
        if self._wrapped and next_line is Line.PARAGRAPH and not self._text.startswith("\n"):
            self._spoken.say(" ")
        elif self._wrapped:
            self._spoken.break_line()
        self._wrapped = False

    def _consume(self, length: int) -> None:
        if length:
            self._before = self._text[length - 1]
            self._text = self._text[length:]


def speakable(text: str) -> str:
    """A whole text at once."""
    filter_ = Speakable()
    return (filter_.push(text) + filter_.finish()).strip()
