"""Lets the language model read a text while it is still being written.

The text stands at the front of the prompt, so most of the prompt is read when its last word arrives. The last word is
kept back, since what follows may change how it is cut into tokens; where a token changed nevertheless, what was read
from there on is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wrappers.common_beginning import common_beginning
from wrappers.tts.spark.context import Context
from wrappers.tts.spark.prompt import Prompt
from wrappers.tts.spark.vocabulary import Vocabulary

LEAST_TOKENS = 8
"""Fewer wait for others: reading one token takes the model as long as reading eight."""
LAST_WORD_CHARACTERS = 8
"""Where there are no spaces, so many characters are kept back. It costs some tokens if a word was longer, no more."""


class TextPrefill:
    """Reads the prompt of one utterance. Each step of its generators is short, so that others get their turn."""

    def __init__(self, vocabulary: Vocabulary, prompt: Prompt, context: Context) -> None:
        """context: empty, or with the beginning of this prompt in it"""
        self._vocabulary = vocabulary
        self._prompt = prompt
        self.context = context
        self.last_id = -1
        """The last token of the prompt, once it is finished."""

    def grow(self, text: str) -> Iterator[None]:
        """Read what there is of the text so far, but for its last word.

        text: all of it, not only what is new
        """
        ids = self._ids(text[: max(0, text.rfind(" "), len(text) - LAST_WORD_CHARACTERS)])
        if len(ids) - common_beginning(ids, self.context.ids) >= LEAST_TOKENS:
            yield from self._read(ids)

    def finish(self, text: str) -> Iterator[None]:
        """The text is complete: read all of the prompt but its last token."""
        *ids, self.last_id = [*self._ids(text), *self._prompt.after]
        yield from self._read(ids)

    def _ids(self, text: str) -> list[int]:
        return [*self._prompt.before, *self._vocabulary.text(self._prompt.transcript + text)]

    def _read(self, ids: Sequence[int]) -> Iterator[None]:
        kept = common_beginning(ids, self.context.ids)
        self.context.keep(kept)
        yield from self.context.reading(ids[kept:])
