"""A row of the timeline: what happened, as stretches of time with a few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened. Times are ms since the start of the tracks."""

    start_ms: int
    end_ms: int
    """The same as `start_ms` for a moment."""
    kind: str
    """Decides how it is drawn."""
    text: str = ""
    detail: str = ""
    """What a reader gets to know when the item is pointed at."""

    def to_json(self) -> list[Any]:
        """As an array, without what is empty at its end: a conversation has thousands of these."""
        values = [self.start_ms, self.end_ms - self.start_ms, self.kind, self.text, self.detail]
        while values[-1] == "":
            values.pop()
        return values


@dataclass(frozen=True, slots=True)
class Lane:
    """Items of one kind, in the order of their time."""

    id: str
    label: str
    items: list[Item]
    ticks_ms: tuple[int, ...] = ()
    """Moments that are many and have nothing to say, such as pieces of text as they arrive."""

    def to_json(self) -> dict[str, Any]:
        items = sorted(self.items, key=lambda item: (item.start_ms, item.end_ms))
        ticks = sorted(self.ticks_ms)
        distances = [after - before for before, after in zip([0, *ticks], ticks, strict=False)]
        return {"id": self.id, "label": self.label, "items": [item.to_json() for item in items], "ticks": distances}
