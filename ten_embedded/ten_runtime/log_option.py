"""How one log call behaves."""

from dataclasses import dataclass


@dataclass
class LogOption:
    skip: int = 2
    """Call frames between the logger and the code that a line is attributed to."""
    sync: bool = False
    """Return only after the line is written."""


DefaultLogOption = LogOption()
