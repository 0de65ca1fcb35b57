"""The output side of `speakable`: tidy white space, pauses and stops."""

from .script import Language, count_words, is_cjk, language_of
from .symbols import as_plain_number, is_silent

_PAUSING = frozenset(".!?,;:。！？，；：、…—\n")
_TIGHT = frozenset(".!?,;:。！？，；：、…)）]】")
_WRAP_WIDTH = 60
"""Lines from this length on were probably broken by an editor; shorter ones, as in a poem, by intention."""


class SpokenText:
    """Collects what is to be said; `take` hands it out as far as it is settled.

    Runs of white space become one space or one line break. A space before punctuation goes where something silent
    (an emoji) stood there.
    """

    def __init__(self) -> None:
        self._ready: list[str] = []
        self._line = ""
        self._line_before = ""
        self._last = "\n"
        self._space = False
        self._silence = False
        self._pause = False

    @property
    def goes_on(self) -> bool:
        """Whether the line is so long that an editor may have broken it, and has no stop at its end."""
        return len(self._line) >= _WRAP_WIDTH and self._last not in _PAUSING

    @property
    def language(self) -> Language:
        """Of this line, or of the one before as long as this one has no word."""
        return language_of((self._line if count_words(self._line[-80:]) else self._line_before)[-80:])

    def say(self, text: str) -> None:
        """Add text without markup."""
        for character in text:
            if character == "\n":
                self.break_line()
            elif character.isspace():
                self._space = True
            elif number := as_plain_number(character):
                self.say(number)
            elif is_silent(character):
                self._silence = True
            else:
                self._say_character(character)

    def pause(self) -> None:
        """A short pause before whatever comes on this line, if anything does."""
        self._pause = True
        self._space = True

    def end_sentence(self) -> None:
        """Close with a full stop what has none: a heading, a list item, a table row."""
        self._pause = False
        if self._last not in _PAUSING:
            self._put("。" if is_cjk(self._last) else ".")

    def break_line(self) -> None:
        """Begin a new line, unless there is nothing on this one."""
        self._pause = self._space = self._silence = False
        if self._last != "\n":
            self._put("\n")

    def take(self) -> str:
        """What was added since the last call, without white space that may still prove superfluous."""
        text = "".join(self._ready)
        self._ready.clear()
        return text

    def _say_character(self, character: str) -> None:
        if self._pause and self._last not in _PAUSING and character not in _TIGHT:
            self._put("，" if is_cjk(self._last) else ",")
        self._pause = False
        if self._space and self._last != "\n" and not (self._silence and character in _TIGHT):
            self._put(" ")
        self._space = self._silence = False
        self._put(character)

    def _put(self, character: str) -> None:
        self._ready.append(character)
        if character == "\n":
            self._line, self._line_before = "", self._line
        else:
            self._line += character
        if character != " ":
            self._last = character
