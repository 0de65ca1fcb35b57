"""What a step finds out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Grade = Literal["good", "doubtful", "bad"]
"""Works; works, but not as well as it could; does not work."""
SIGNS: Mapping[Grade, str] = {"good": "✓", "doubtful": "!", "bad": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table."""

    part: str
    grade: Grade
    text: str
    mend: str = ""
    """The one command or step that mends it; not empty where the grade is not good."""


@dataclass
class Found:
    """All that a step has to say."""

    findings: list[Finding] = field(default_factory=list)
    figures: dict[str, float | str] = field(default_factory=dict)
    """For the advice: times in ms, levels in dB, ratios; names of what was found."""

    def add(self, part: str, grade: Grade, text: str, mend: str = "") -> None:
        """Add a line."""
        self.findings.append(Finding(part, grade, text, mend))

    def to_json(self) -> str:
        """For the way from the step's process to the app's."""
        return json.dumps({"findings": [asdict(finding) for finding in self.findings], "figures": self.figures})

    @classmethod
    def from_json(cls, text: str) -> Found:
        """Raises ValueError for what `to_json` has not written."""
        try:
            content: Any = json.loads(text)
            return cls([Finding(**finding) for finding in content["findings"]], dict(content["figures"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"not the findings of a step: {error}") from None
