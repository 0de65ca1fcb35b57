"""One spoken answer of the agent, from its request to its last heard word. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from wrappers.text import Segmenter, Speakable, is_cjk, join_texts

from .actions import Action, ShowText, Speak
from .heard import HeardText
from .repetition import Repetition
from .unsaid import Beginning, Rest


@dataclass(slots=True)
class Reply:
    """Text comes in deltas, is cut into pieces, and goes to the voice once the reply is released."""

    request_id: str
    turn_id: int
    epoch: int
    emit: Callable[[Action], None]
    released: bool = True
    """False while it is a speculation: pieces are kept until the turn is certain."""
    is_fixed: bool = False
    """A text of the app's own, not the model's: it is not replaced when it fails."""
    text_ended: bool = False
    """Nothing more will be given to the voice."""
    stand_in: str = ""
    """What is said if the model gives nothing; empty: an apology."""
    beginning: Beginning | None = None
    """What is said before anything that the model writes."""
    is_cut_short: bool = False
    """The voice stopped before the end."""
    llm_request_id: str = ""
    """What the model is asked by now: every round of tools is a request of its own."""
    heard: HeardText = field(default_factory=HeardText)
    played_ms: int = 0
    first_sound_ms: int | None = None
    """When it began to be heard."""
    _held: list[tuple[str, bool]] = field(default_factory=list)
    _speakable: Speakable = field(default_factory=Speakable)
    _segmenter: Segmenter = field(default_factory=Segmenter)
    _repetition: Repetition = field(default_factory=Repetition)

    @property
    def heard_text(self) -> str:
        """What was heard so far."""
        return self.heard.until(self.played_ms)

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to say (yet)."""
        return not self.heard.pieces

    def begin(self, beginning: Beginning) -> None:
        """Say this first. Its last words wait for what the model has to add, unless it is all."""
        self.beginning = beginning
        text = beginning.text
        self._repetition = Repetition(text)
        gap = "" if not text or is_cjk(text[-1]) else " "
        for piece in self._segmenter.push(text + gap):
            self._say(piece, end=False)

    def rest(self) -> Rest:
        """What was not heard of it. No more text can be added then."""
        written = [*self._segmenter.push(self._speakable.finish()), *self._segmenter.finish()]
        if written:
            written[-1] = _without_last_word(written[-1])
        return Rest(join_texts([self.heard.after(self.played_ms), *written]), self.text_ended)

    def add(self, delta: str) -> None:
        """More text of the answer, as the model writes it."""
        self._write(self._repetition.push(delta))

    def end(self, last_words: str = "") -> None:
        """The text is complete, but for `last_words`."""
        if self.text_ended:
            return
        self.insert(last_words)
        self.text_ended = True
        self._say("", end=True)

    def insert(self, text: str = "") -> None:
        """Say all that the model has written so far, though it may be half a sentence, and after it `text`."""
        self._write(self._repetition.finish())
        rest = self._segmenter.push(self._speakable.finish())
        for piece in (*rest, *self._segmenter.finish(), text):
            self._say(piece, end=False)
        self._speakable, self._segmenter = Speakable(), Segmenter()

    def release(self) -> None:
        """The turn is certain: speak what was kept."""
        self.released = True
        held, self._held = self._held, []
        for piece, end in held:
            self._send(piece, end)

    def _write(self, text: str) -> None:
        for piece in self._segmenter.push(self._speakable.push(text)):
            self._say(piece, end=False)

    def _say(self, piece: str, end: bool) -> None:
        piece = piece.strip()
        if piece:
            self.heard.pieces.append(piece)
        elif not end:
            return
        if self.released:
            self._send(piece, end)
        else:
            self._held.append((piece, end))

    def _send(self, piece: str, end: bool) -> None:
        self.emit(Speak(self.request_id, self.turn_id, self.epoch, piece, end))
        if piece:
            self.emit(ShowText(self.turn_id, "assistant", self.heard.whole, False))


def _without_last_word(text: str) -> str:
    """A text without its last word, of which only the first letters may have been written so far."""
    if text and text[-1].isalnum() and not is_cjk(text[-1]):
        return text.rpartition(" ")[0]
    return text
