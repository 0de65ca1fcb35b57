"""Maps a playback position to the text that was heard until then."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wrappers.text import is_cjk, join_texts

MS_PER_LETTER = 65
MS_PER_HAN = 230
"""Usual speaking rates, about 15 letters or 4.3 Han characters a second: for a piece without times."""

_WORD = re.compile(r"\s*(?:[㐀-鿿][^\w\s]*|[^\s㐀-鿿]+)")


@dataclass(slots=True)
class HeardText:
    """The pieces of one spoken request, and when each is heard."""

    pieces: list[str] = field(default_factory=list)
    """In the order in which they were given to the voice."""
    _times_ms: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Start and end of the pieces the voice has told about, from the first sample of the request."""
    _told: int = 0

    def tell_time(self, text: str, start_ms: int, duration_ms: int) -> None:
        """The voice speaks the next piece that reads `text` at this time; pieces it left out have no sound."""
        try:
            index = self.pieces.index(text, self._told)
        except ValueError:
            return  # a voice that changes or joins the pieces: their times are guessed
        for silent in range(self._told, index):
            self._times_ms[silent] = (start_ms, start_ms)
        self._times_ms[index] = (start_ms, start_ms + duration_ms)
        self._told = index + 1

    def until(self, played_ms: int) -> str:
        """The text whose audio lies before `played_ms`, cut after the last whole word (Han: character)."""
        return join_texts(self._cut(played_ms)[0])

    def after(self, played_ms: int) -> str:
        """The rest of the text."""
        return join_texts(self._cut(played_ms)[1])

    @property
    def whole(self) -> str:
        """All that was given to the voice."""
        return join_texts(self.pieces)

    def _cut(self, played_ms: int) -> tuple[list[str], list[str]]:
        """The pieces that were heard and those that were not; the one in between is in both, with a part of it."""
        end_ms = 0
        for index, piece in enumerate(self.pieces):
            start_ms, end_ms = self._times_ms.get(index, (end_ms, end_ms + _guess_ms(piece)))
            if played_ms < end_ms or played_ms <= 0:
                share = (played_ms - start_ms) / (end_ms - start_ms) if played_ms > start_ms else 0
                end = _whole_words(piece, share)
                return [*self.pieces[:index], piece[:end]], [piece[end:], *self.pieces[index + 1 :]]
        return self.pieces, []


def _guess_ms(piece: str) -> int:
    return sum(MS_PER_HAN if is_cjk(character) else MS_PER_LETTER for character in piece)


def _whole_words(piece: str, share: float) -> int:
    """The end of the last whole word within the first `share` of a piece's characters, which stand for its time."""
    limit = len(piece) * share
    end = 0
    for word in _WORD.finditer(piece):
        if word.end() > limit:
            break
        end = word.end()
    return end
