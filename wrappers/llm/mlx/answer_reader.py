"""From what a model writes to what it means: text, thoughts, tool calls, and where to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wrappers.llm.base import Delta, TextDelta, ToolCall
from wrappers.llm.think import ThoughtSplitter, overlap


@dataclass(frozen=True, slots=True)
class ToolSyntax:
    """How a model writes the call of a tool."""

    start: str
    end: str
    """Empty: the rest of the answer is the call."""
    parse: Callable[[str], Any]
    """From what is in between to {"name", "arguments"}, or several of them. May raise anything."""


class AnswerReader:
    """Push text, get deltas. What may become a mark is held back."""

    def __init__(self, prompt: str, stop: Iterable[str], tools: ToolSyntax | None) -> None:
        """
        prompt: what stands before the answer
        stop: texts that end the answer
        tools: None = there are none
        """
        self.ended = False
        """One of the texts came that end the answer."""
        self._thoughts = ThoughtSplitter(after=prompt)
        self._stop = tuple(stop)
        self._tools = tools
        self._held = ""
        """May become a stop text."""
        self._said = ""
        """May become the start or the end of a tool call."""
        self._in_call = False
        self._after_call = False
        self._calls = 0

    def push(self, text: str) -> list[Delta]:
        """Read more."""
        if not self._stop:
            return self._read(text)
        self._held += text
        found = [place for stop in self._stop if (place := self._held.find(stop)) >= 0]
        if found:
            self.ended = True
            text, self._held = self._held[: min(found)], ""
            return self._read(text)
        sure = len(self._held) - max(overlap(self._held, stop) for stop in self._stop)
        text, self._held = self._held[:sure], self._held[sure:]
        return self._read(text)

    def finish(self) -> list[Delta]:
        """The answer has ended; what was held back."""
        held, self._held = self._held, ""
        deltas = [*self._read(held), *self._each(self._thoughts.finish())]
        said, self._said = self._said, ""
        if self._in_call:
            return [*deltas, *self._called(said)]
        return [*deltas, *self._text(said)]

    def _read(self, text: str) -> list[Delta]:
        return self._each(self._thoughts.push(text)) if text else []

    def _each(self, parts: Iterable[Delta]) -> list[Delta]:
        deltas: list[Delta] = []
        for part in parts:
            deltas += self._find_calls(part.text) if isinstance(part, TextDelta) and self._tools else [part]
        return deltas

    def _find_calls(self, text: str) -> list[Delta]:
        assert self._tools is not None
        self._said += text
        deltas: list[Delta] = []
        while True:
            mark = self._tools.end if self._in_call else self._tools.start
            before, found, rest = self._said.partition(mark) if mark else (self._said, "", "")
            if not found:
                break
            deltas += self._called(before) if self._in_call else self._text(before)
            self._said, self._in_call = rest, not self._in_call
        if not self._in_call:
            sure = len(self._said) - overlap(self._said, self._tools.start)
            text, self._said = self._said[:sure], self._said[sure:]
            deltas += self._text(text)
        return deltas

    def _text(self, text: str) -> list[Delta]:
        """White space after a call is no text."""
        if self._after_call:
            text = text.lstrip()
            self._after_call = not text
        return [TextDelta(text)] if text else []

    def _called(self, text: str) -> list[Delta]:
        assert self._tools is not None
        self._after_call = True
        try:
            parsed = self._tools.parse(text)
            calls = parsed if isinstance(parsed, list) else [parsed]
            return [self._call(str(call["name"]), call.get("arguments") or {}) for call in calls]
        except Exception:  # the model writes it, and one of fifteen parsers reads it
            self._calls += 1
            return [ToolCall(f"call-{self._calls}", "", {}, f"This is no call of a tool: {text.strip()[:80]}")]

    def _call(self, name: str, arguments: Any) -> ToolCall:
        self._calls += 1
        id = f"call-{self._calls}"
        if isinstance(arguments, Mapping):
            return ToolCall(id, name, dict(arguments))
        return ToolCall(id, name, {}, f"The arguments are no JSON object: {str(arguments)[:80]}")
