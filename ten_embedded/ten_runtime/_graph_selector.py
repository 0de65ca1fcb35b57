"""Selector nodes of a graph: filters that stand for all nodes they match."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ._errors import GraphError
from ._json_shape import Shape

FIELDS: Final = ("name", "addon", "type", "extension_group")
_shape = Shape(GraphError)


@dataclass(frozen=True)
class Filter:
    """Either a test of one field (`pattern`) or all / any of `parts`."""

    operator: str
    field: str = ""
    pattern: re.Pattern[str] | None = None
    parts: tuple["Filter", ...] = ()

    def matches(self, fields: Mapping[str, str]) -> bool:
        if self.operator == "and":
            return all(part.matches(fields) for part in self.parts)
        if self.operator == "or":
            return any(part.matches(fields) for part in self.parts)
        assert self.pattern is not None
        return self.pattern.search(fields[self.field]) is not None


def parse_filter(raw: Any, where: str) -> Filter:
    """Read the `filter` of a selector node. Raises GraphError."""
    for operator in ("and", "or"):
        if operator in _shape.object(raw, where):
            _shape.keys(raw, where, required=(operator,))
            place = f"{where}.{operator}"
            parts = tuple(parse_filter(part, part_place) for part_place, part in _shape.items(raw[operator], place))
            if not parts:
                raise GraphError(f"{place}: needs at least one filter")
            return Filter(operator, parts=parts)
    if not {"field", "operator", "value"} & raw.keys():
        raise GraphError(f"{where}: needs field, operator and value, or one list named and / or")
    _shape.keys(raw, where, required=("field", "operator", "value"))
    field = _shape.one_of(raw["field"], f"{where}.field", FIELDS)
    operator = _shape.one_of(raw["operator"], f"{where}.operator", ("exact", "regex"))
    text = _shape.string(raw["value"], f"{where}.value")
    try:
        pattern = re.compile(text if operator == "regex" else rf"\A{re.escape(text)}\Z")
    except (re.error, OverflowError, RecursionError) as error:
        raise GraphError(f'{where}.value: "{text}" is not a regular expression ({error})') from None
    return Filter(operator, field=field, pattern=pattern)
