"""What the user said in one turn."""

from __future__ import annotations

from dataclasses import dataclass, field

from wrappers.text import join_texts


@dataclass(slots=True)
class Turn:
    """One turn of the user: one or more utterances with pauses between them."""

    turn_id: int
    start_ms: int
    end_ms: int
    """End of speech so far."""
    finals: list[str] = field(default_factory=list)
    """Final transcripts of its utterances."""
    partial: str = ""
    """What the recogniser has of the running utterance."""
    sure: str = ""
    """The beginning of that, as far as it will not change any more."""
    start_is_lost: bool = False
    """Whether its beginning was not heard, because the microphone was closed."""
    language: str = ""
    stages_ms: dict[str, int] = field(default_factory=dict)
    """When each stage was reached, in ms after the end of speech."""

    @property
    def text(self) -> str:
        """The transcript so far: the finals, and what is known of the running utterance."""
        return join_texts([*self.finals, self.partial])

    def add(self, final: str, max_characters: int) -> None:
        """The transcript of one more utterance; of more than `max_characters` the oldest utterances are forgotten."""
        self.finals.append(final)
        while len(self.finals) > 1 and sum(map(len, self.finals)) > max_characters:
            self.finals.pop(0)

    @property
    def question(self) -> str:
        """The transcript as the model is to see it."""
        return self._with_loss(self.text)

    @property
    def sure_question(self) -> str:
        """How `question` will begin, whatever is still said."""
        return self._with_loss(join_texts([*self.finals, self.sure]))

    def _with_loss(self, text: str) -> str:
        return f"… {text}" if self.start_is_lost else text

    def reach(self, stage: str, now_ms: int) -> None:
        """Note the time of a stage, the first time it is reached."""
        self.stages_ms.setdefault(stage, max(0, now_ms - self.end_ms))
