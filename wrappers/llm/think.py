"""Tells thoughts from the answer, where a model writes them into its text: `<think>Hm.</think>Hello.`"""

from __future__ import annotations

from .base import ReasoningDelta, TextDelta

_TAGS = {"<think>": "</think>", "<thinking>": "</thinking>", "[THINK]": "[/THINK]"}


class ThoughtSplitter:
    """Push text, get text and thoughts. Thoughts are known only at the start of an answer; later tags are text."""

    def __init__(self, after: str = "") -> None:
        """after: the prompt, or its end; the templates of some models open the thoughts there"""
        self._held = ""
        self._closing = next((_TAGS[tag] for tag in _TAGS if after.rstrip().endswith(tag)), "")
        self._answering = False
        self._at_start = False

    def push(self, text: str) -> list[TextDelta | ReasoningDelta]:
        """Add what the model wrote. What may become a tag is held back."""
        if self._answering:
            return self._answer(text)
        self._held += text
        return self._read_thought() if self._closing else self._read_start()

    def finish(self) -> list[TextDelta | ReasoningDelta]:
        """The answer has ended; returns what was held back."""
        held, self._held = self._held, ""
        if not held:
            return []
        return [ReasoningDelta(held) if self._closing else TextDelta(held)]

    def _read_start(self) -> list[TextDelta | ReasoningDelta]:
        start = self._held.lstrip()
        for opening, closing in _TAGS.items():
            if start.startswith(opening):
                self._closing, self._held = closing, start[len(opening) :]
                return self._read_thought()
        if any(opening.startswith(start) for opening in _TAGS):
            return []
        return self._answer(self._held)

    def _read_thought(self) -> list[TextDelta | ReasoningDelta]:
        thought, closing, rest = self._held.partition(self._closing)
        if closing:
            self._at_start = True
            said = self._answer(rest)
            return [ReasoningDelta(thought), *said] if thought else said
        sure = len(self._held) - overlap(self._held, self._closing)
        thought, self._held = self._held[:sure], self._held[sure:]
        return [ReasoningDelta(thought)] if thought else []

    def _answer(self, text: str) -> list[TextDelta | ReasoningDelta]:
        """White space between the thoughts and the answer belongs to neither."""
        self._answering, self._held = True, ""
        if self._at_start:
            text = text.lstrip()
            self._at_start = not text
        return [TextDelta(text)] if text else []


def overlap(text: str, tag: str) -> int:
    """How many characters at the end of the text may be the start of the tag."""
    return next((size for size in range(len(tag) - 1, 0, -1) if text.endswith(tag[:size])), 0)
