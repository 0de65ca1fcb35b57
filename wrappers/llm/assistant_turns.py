"""Which entries of a conversation chat protocols take as one message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .base import Entry, Message, ToolCall


def in_turns(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Tool calls that follow each other were made at once: they come together, after what was said before them.

    All other entries come alone.
    """
    group: list[Entry] = []
    for entry in entries:
        joins = isinstance(entry, ToolCall) and _takes_calls(group)
        if group and not joins:
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _takes_calls(group: list[Entry]) -> bool:
    return bool(group) and (
        isinstance(group[-1], ToolCall) or (isinstance(group[-1], Message) and group[-1].role == "assistant")
    )
