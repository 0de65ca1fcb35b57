"""`--fail-if first_sound_ms>1500`: what a replay must not come to."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stream_omni.run_figures import FIGURES, is_stage
from stream_omni.user_error import near_misses

_FORM = re.compile(r"\s*(?P<name>\w+)\s*(?P<operator><=|>=|==|!=|<|>)\s*(?P<number>-?\d+(\.\d+)?)\s*")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure of the replay, and the values of it that are a failure."""

    name: str
    """One of FIGURES."""
    operator: str
    number: float

    @property
    def needs_real_time(self) -> bool:
        """Whether it is about the time that engines take, which virtual time does not have."""
        return is_stage(self.name)

    def passed(self, figures: Mapping[str, float]) -> str | None:
        """Why the figures fail, as a sentence; None if they do not. What was not measured fails."""
        if self.name not in figures:
            return f"{self}: there is no such figure: it never came to that"
        value = figures[self.name]
        return f"{self}: it is {value:g}" if _OPERATORS[self.operator](value, self.number) else None

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{self.number:g}"


def parse_limit(text: str) -> Limit:
    """Read NAME OPERATOR NUMBER. Raises ValueError, with a text for the user, for anything else."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" is not of the form NAME OPERATOR NUMBER, e.g. turns!=3 ({" ".join(_OPERATORS)})')
    if found["name"] not in FIGURES:
        raise ValueError(f'"{found["name"]}" is not a figure of a run{near_misses(found["name"], FIGURES)}')
    return Limit(found["name"], found["operator"], float(found["number"]))
