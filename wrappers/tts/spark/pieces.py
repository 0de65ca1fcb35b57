"""Cuts what is to be said into pieces that are spoken one by one, also while the text is still being written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wrappers.text import Segmenter, is_cjk
from wrappers.tts.plain_text import clean, sentences
from wrappers.tts.spark.rates import TOKENS_PER_SECOND

_SLOWEST_S_PER_CHARACTER = 0.25
"""Four times as slow as people read English."""
_SLOWEST_S_PER_HAN = 1.0
_LONGEST_PAUSES_S = 3.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, or a part of one, cleaned."""

    text: str
    complete: bool = True
    """False while more of it may come; the same piece then comes again."""
    last: bool = False
    """No other follows. The last one of a text that came bit by bit may not know that it is."""


def pieces(text: str | Iterable[str]) -> Iterator[Piece]:
    """What there is to say, piece after piece; nothing for a text without words.

    text: all of it, or its parts in order; a part is taken when what came before has been used
    """
    if isinstance(text, str):
        whole = sentences(text)
        for place, sentence in enumerate(whole, 1):
            yield Piece(sentence, last=place == len(whole))
        return
    segmenter, unfinished = Segmenter(), ""
    for part in text:
        unfinished += part
        for piece in segmenter.push(part):
            unfinished = unfinished[len(piece) :]
            yield from _cleaned(piece)
        yield from _cleaned(unfinished, complete=False)
    for piece in segmenter.finish():
        yield from _cleaned(piece, last=True)


def longest_speech_tokens(text: str) -> int:
    """More semantic tokens than anybody needs for a text: a model that goes on has lost its way."""
    han = sum(map(is_cjk, text))
    seconds = _LONGEST_PAUSES_S + _SLOWEST_S_PER_HAN * han + _SLOWEST_S_PER_CHARACTER * (len(text) - han)
    return round(TOKENS_PER_SECOND * seconds)


def _cleaned(text: str, complete: bool = True, last: bool = False) -> Iterator[Piece]:
    if cleaned := clean(text):
        yield Piece(cleaned, complete, last)
