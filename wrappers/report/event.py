"""One message of the graph, as it stands in events.jsonl."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from wrappers.report.json_lines import read_json_lines

Kind = Literal["cmd", "result", "data"]
FATAL = -1000
"""TEN's code of an error after which a node gives up."""


@dataclass(frozen=True, slots=True)
class Event:
    """A message that is not sound."""

    time_ms: int
    """When it was sent: in a file since the start of the tracks, on its way there on the app's clock."""
    kind: Kind
    name: str
    """Of a result: the name of the command that it answers."""
    source: str
    """The node that sent it."""
    dests: tuple[str, ...]
    """The nodes that it went to."""
    properties: Mapping[str, Any]

    @property
    def turn_id(self) -> int | None:
        """The turn that it belongs to, where it says so."""
        return _integer(self._own("turn_id"))

    @property
    def epoch(self) -> int | None:
        """The answer that it belongs to: grows with each one that is begun or cancelled."""
        return _integer(self._own("epoch"))

    @property
    def request_id(self) -> str | None:
        """The request to an engine that it belongs to."""
        found = self._own("request_id")
        return found if isinstance(found, str) and found else None

    def to_line(self, origin_ms: int) -> str:
        """One line of JSON, with its end of line. origin_ms: what its time is counted from"""
        content = {
            "time_ms": self.time_ms - origin_ms,
            "kind": self.kind,
            "name": self.name,
            "source": self.source,
            "dests": self.dests,
            "turn_id": self.turn_id,
            "epoch": self.epoch,
            "request_id": self.request_id,
            "properties": self.properties,
        }
        return json.dumps(content, ensure_ascii=False, default=repr) + "\n"

    def _own(self, key: str) -> Any:
        """A value of the message itself or of its metadata."""
        if key in self.properties:
            return self.properties[key]
        metadata = self.properties.get("metadata")
        return metadata.get(key) if isinstance(metadata, dict) else None


@dataclass(frozen=True, slots=True)
class NodeError:
    """An `error` message of a node."""

    module: str
    text: str
    fatal: bool

    @classmethod
    def of(cls, event: Event) -> NodeError | None:
        """Read an event; None if it is no error."""
        if event.kind != "data" or event.name != "error":
            return None
        properties = event.properties
        text, is_fatal = str(properties.get("message", "")), properties.get("code") == FATAL
        return cls(str(properties.get("module", "?")), text, is_fatal)


def read_events(path: Path) -> list[Event]:
    """The events of an events.jsonl, in their order; what is none is left out. Raises OSError."""
    return [event for line in read_json_lines(path) if (event := _event_of(line)) is not None]


def read_errors(path: Path) -> list[NodeError]:
    """The errors in an events.jsonl. Raises OSError."""
    return [error for event in read_events(path) if (error := NodeError.of(event)) is not None]


def _event_of(line: Mapping[str, Any]) -> Event | None:
    kind: Kind | None = line.get("kind")
    time_ms, properties, dests = line.get("time_ms"), line.get("properties"), line.get("dests")
    if not isinstance(time_ms, int) or not isinstance(properties, dict) or not isinstance(dests, list):
        return None
    if kind is None or kind not in get_args(Kind):
        return None
    return Event(time_ms, kind, str(line.get("name")), str(line.get("source")), tuple(map(str, dests)), properties)


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
