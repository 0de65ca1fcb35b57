"""One thing that was said, as it stands in transcript.jsonl."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from wrappers.report.json_lines import read_json_lines

Role = Literal["user", "agent"]


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one side said in one turn."""

    role: Role
    text: str
    """What was recognised of the user; what was heard of the agent."""
    start_ms: int
    """Since the start of the recording, as `end_ms`."""
    end_ms: int
    turn_id: int
    """Grows with each turn of the user; 0 for what the agent says before the first."""
    interrupted: bool = False
    """Whether the other side cut it short."""
    stages_ms: Mapping[str, float] = field(default_factory=dict)
    """On the agent's side: ms from the end of the user's speech to each stage (see `stages`)."""
    start_lost: bool = False
    """On the user's side: whether it began while the microphone was closed, because the agent spoke."""

    @classmethod
    def of(cls, properties: Mapping[str, Any], origin_ms: int = 0) -> Utterance:
        """Read a `turn_report` message or a line of a transcript.

        origin_ms: what the times are counted from
        raises ValueError where a field is missing or has another type
        """
        try:
            return cls(
                role="user" if properties["role"] == "user" else "agent",
                text=str(properties["text"]),
                start_ms=int(properties["start_ms"]) - origin_ms,
                end_ms=int(properties["end_ms"]) - origin_ms,
                turn_id=int(properties["turn_id"]),
                interrupted=bool(properties.get("interrupted", False)),
                stages_ms={str(key): float(value) for key, value in (properties.get("stages_ms") or {}).items()},
                start_lost=bool(properties.get("start_lost", False)),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not an utterance: {error}") from None

    def to_line(self) -> str:
        """One line of JSON, with its end of line; `start_lost` stands in it only where it is so."""
        fields = dataclasses.asdict(self)
        if not self.start_lost:
            del fields["start_lost"]
        return json.dumps(fields, ensure_ascii=False) + "\n"


def read_transcript(path: Path) -> list[Utterance]:
    """The utterances of a transcript.jsonl; what is none is left out. Raises OSError."""
    utterances = []
    for properties in read_json_lines(path):
        with contextlib.suppress(ValueError):
            utterances.append(Utterance.of(properties))
    return utterances
