"""Types of the schemas: what a value must be, and how a number becomes it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from ._json_shape import Shape, show

_INTEGERS: Final = {
    f"{sign}int{bits}": (0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}
_FLOAT_LIMITS: Final = {"float32": 3.4028234663852886e38, "float64": math.inf}
_SIMPLE: Final[dict[str, tuple[type, ...]]] = {"bool": (bool,), "string": (str,), "buf": (bytes, bytearray)}
TYPES: Final = (*_INTEGERS, *_FLOAT_LIMITS, *_SIMPLE, "ptr", "array", "object")


class _Unfit(Exception):
    """The value is not of the declared type; the text says what was found."""


@dataclass(frozen=True)
class ScalarType:
    """A type without parts."""

    name: str

    def adjust(self, value: Any, path: str, problems: list[str]) -> Any:
        """Return the value in this type; what does not fit is returned as it is and told in `problems`."""
        try:
            return self._convert(value)
        except _Unfit as unfit:
            problems.append(f"{path}: expected {self.name}, found {unfit}")
            return value

    def below(self, step: str | int) -> "AnyType | None":
        """Type of an item or a key, None where nothing is declared."""
        return None

    def _convert(self, value: Any) -> Any:
        if self.name in _SIMPLE:
            if isinstance(value, _SIMPLE[self.name]):
                return value
        elif self.name == "ptr":
            return value
        elif isinstance(value, bool):
            raise _Unfit(show(value))
        elif self.name in _INTEGERS and isinstance(value, int):
            low, high = _INTEGERS[self.name]
            if low <= value <= high:
                return value
            raise _Unfit(f"{show(value)}, which is out of range {low} to {high}")
        elif self.name in _FLOAT_LIMITS and isinstance(value, int | float):
            return self._to_float(value)
        raise _Unfit(show(value))

    def _to_float(self, value: int | float) -> float:
        try:
            number = float(value)
        except OverflowError:
            raise _Unfit("an integer that is out of range") from None
        if math.isfinite(number) and abs(number) > _FLOAT_LIMITS[self.name]:
            raise _Unfit(f"{show(value)}, which is out of range")
        return number


@dataclass(frozen=True)
class ArrayType:
    name: ClassVar[str] = "array"
    items: "AnyType | None"

    def adjust(self, value: Any, path: str, problems: list[str]) -> Any:
        if not isinstance(value, list):
            problems.append(f"{path}: expected array, found {show(value)}")
        elif self.items is not None:
            for index, item in enumerate(value):
                value[index] = self.items.adjust(item, f"{path}[{index}]", problems)
        return value

    def below(self, step: str | int) -> "AnyType | None":
        return self.items if isinstance(step, int) else None


@dataclass(frozen=True)
class ObjectType:
    """An object; keys that are not declared may hold anything."""

    name: ClassVar[str] = "object"
    properties: Mapping[str, "AnyType"]
    required: tuple[str, ...] = ()

    def adjust(self, value: Any, path: str, problems: list[str]) -> Any:
        if not isinstance(value, dict):
            problems.append(f"{path}: expected object, found {show(value)}")
            return value
        absent = [key for key in self.required if key not in value]
        if absent:
            names = ", ".join(f"'{key}'" for key in absent)
            problems.append(f"{path}: the required properties are absent: {names}".removeprefix(": "))
        for key, declared in self.properties.items():
            if key in value:
                value[key] = declared.adjust(value[key], f"{path}.{key}" if path else key, problems)
        return value

    def below(self, step: str | int) -> "AnyType | None":
        return self.properties.get(step) if isinstance(step, str) else None


AnyType = ScalarType | ArrayType | ObjectType


def parse_type(raw: Any, where: str, shape: Shape) -> AnyType:
    """Read one type definition. Raises the error of `shape`."""
    fields = shape.object(raw, where)
    if "type" not in fields:
        raise shape.error(f'{where}: "type" is missing; it is one of {", ".join(TYPES)}')
    name = shape.one_of(fields["type"], f"{where}.type", TYPES)
    if name == "object":
        return parse_object_type(fields, where, shape)
    if name == "array":
        return ArrayType(parse_type(fields["items"], f"{where}.items", shape) if "items" in fields else None)
    return ScalarType(name)


def parse_object_type(fields: Mapping[str, Any], where: str, shape: Shape) -> ObjectType:
    """Read `properties` and `required` of an object. Raises the error of `shape`."""
    raw = shape.object(fields.get("properties", {}), f"{where}.properties")
    properties = {key: parse_type(item, f"{where}.properties.{key}", shape) for key, item in raw.items()}
    required = shape.strings(fields.get("required", []), f"{where}.required")
    return ObjectType(properties, tuple(required))
