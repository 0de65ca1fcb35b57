"""What the agent was about to say when it was interrupted, and what was heard of it last. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wrappers.text import join_texts, last_sentence

from .requests import request_of


@dataclass(frozen=True, slots=True)
class Rest:
    """What of an answer was not heard."""

    text: str = ""
    """As far as it was written, in whole words."""
    is_all: bool = True
    """Whether the model had written all of it; else more is to be asked for."""

    @property
    def is_nothing(self) -> bool:
        return self.is_all and not self.text


@dataclass(frozen=True, slots=True)
class Beginning:
    """How an answer begins that needs no model, or not at once."""

    text: str
    is_all: bool
    """Whether that is the whole answer; else the model goes on from there."""
    uses_rest: bool
    """Whether the kept rest is said with it."""


class Unsaid:
    """Keeps the rest of the answer that was interrupted last, until it is said, or the talk is about other things."""

    def __init__(self, kept_turns: int) -> None:
        """kept_turns: a rest is forgotten after so many further answers"""
        self._kept_turns = kept_turns
        self._rest = Rest()
        self._age = 0
        """Answers since then; 0: the rest is that of the last answer."""
        self._heard = ""
        """What was heard of the last answer that was heard."""
        self._asked = False
        """Whether that was a question."""

    def note(self, heard: str, rest: Rest, beginning: Beginning | None) -> None:
        """An answer of the model is over. beginning: how it began, as given by `beginning_of`"""
        self._heard = heard or self._heard
        self._asked = rest.is_nothing and heard.endswith(("?", "？"))
        if not rest.is_nothing and (rest.text or heard):
            self._rest, self._age = rest, 0
            return
        self._age += 1
        if self._age > self._kept_turns or (beginning is not None and beginning.uses_rest):
            self._rest = Rest()

    def note_fixed(self, text: str) -> None:
        """The agent said something that was no answer, and that nobody wants to hear the rest of."""
        self._heard, self._asked = text, False
        self._age += 1

    def beginning_of(self, text: str) -> Beginning | None:
        """How the answer to the user's `text` begins; None where only the model knows."""
        rest = self._rest
        match request_of(text):
            case "go on" if not rest.is_nothing and not self._asked:
                return Beginning(rest.text, rest.is_all, uses_rest=True)
            case "repeat" if self._heard:
                if self._age:
                    rest = Rest()  # it is that of an older answer
                said = join_texts([last_sentence(self._heard), rest.text])
                return Beginning(said, rest.is_all, uses_rest=self._age == 0)
        return None
