"""A typed value, as log fields take it."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from .error import TenError, TenErrorCode, make_error


class ValueType(IntEnum):
    INVALID = 0
    NULL = 1
    BOOL = 2
    INT = 3
    FLOAT = 4
    STRING = 5
    BYTES = 6
    ARRAY = 7
    OBJECT = 8
    JSON_STRING = 9


_ZERO: dict[ValueType, Any] = {
    ValueType.BOOL: False,
    ValueType.INT: 0,
    ValueType.FLOAT: 0.0,
    ValueType.STRING: "",
    ValueType.JSON_STRING: "",
}


class Value:
    """One value and its type. Getters hand back (value, None), or a zero value and an error of code 4."""

    __slots__ = ("_data", "_type")

    def __init__(self, value_type: ValueType, data: Any = None) -> None:
        self._type = value_type
        self._data = data

    @classmethod
    def from_bool(cls, value: bool) -> Value:
        return cls(ValueType.BOOL, bool(value))

    @classmethod
    def from_int(cls, value: int) -> Value:
        return cls(ValueType.INT, int(value))

    @classmethod
    def from_float(cls, value: float) -> Value:
        return cls(ValueType.FLOAT, float(value))

    @classmethod
    def from_string(cls, value: str) -> Value:
        return cls(ValueType.STRING, value)

    @classmethod
    def from_buf(cls, value: bytes | bytearray) -> Value:
        return cls(ValueType.BYTES, bytes(value))

    @classmethod
    def from_array(cls, value: list[Any]) -> Value:
        return cls(ValueType.ARRAY, [cls.from_python(item) for item in value])

    @classmethod
    def from_object(cls, value: dict[str, Any]) -> Value:
        return cls(ValueType.OBJECT, {key: cls.from_python(item) for key, item in value.items()})

    @classmethod
    def from_json_string(cls, value: str) -> Value:
        return cls(ValueType.JSON_STRING, value)

    @classmethod
    def from_python(cls, value: Any) -> Value:
        """Raises TypeError for a type that TEN has no value for."""
        match value:
            case Value():
                return value
            case None:
                return cls(ValueType.NULL)
            case bool():
                return cls.from_bool(value)
            case int():
                return cls.from_int(value)
            case float():
                return cls.from_float(value)
            case str():
                return cls.from_string(value)
            case bytes() | bytearray():
                return cls.from_buf(value)
            case list() | tuple():
                return cls.from_array(list(value))
            case dict():
                return cls.from_object(value)
        raise TypeError(f"no TEN value for a {type(value).__name__}")

    def get_type(self) -> ValueType:
        return self._type

    def get_bool(self) -> tuple[bool, TenError | None]:
        return self._get(ValueType.BOOL)

    def get_int(self) -> tuple[int, TenError | None]:
        return self._get(ValueType.INT)

    def get_float(self) -> tuple[float, TenError | None]:
        return self._get(ValueType.FLOAT)

    def get_string(self) -> tuple[str, TenError | None]:
        return self._get(ValueType.STRING)

    def get_buf(self) -> tuple[bytes, TenError | None]:
        return self._get(ValueType.BYTES)

    def get_array(self) -> tuple[list[Value], TenError | None]:
        return self._get(ValueType.ARRAY)

    def get_object(self) -> tuple[dict[str, Value], TenError | None]:
        return self._get(ValueType.OBJECT)

    def get_json_string(self) -> tuple[str, TenError | None]:
        return self._get(ValueType.JSON_STRING)

    def to_python(self) -> Any:
        """The plain Python value, nested ones included."""
        match self._type:
            case ValueType.ARRAY:
                return [item.to_python() for item in self._data]
            case ValueType.OBJECT:
                return {key: item.to_python() for key, item in self._data.items()}
        return self._data

    def _get(self, wanted: ValueType) -> tuple[Any, TenError | None]:
        if self._type == wanted:
            return self._data, None
        zero = _empty(wanted)
        text = f"The value is of type {self._type.name}, not {wanted.name}."
        return zero, make_error(TenErrorCode.ErrorCodeInvalidType, text)


def _empty(value_type: ValueType) -> Any:
    match value_type:
        case ValueType.BYTES:
            return b""
        case ValueType.ARRAY:
            return []
        case ValueType.OBJECT:
            return {}
    return _ZERO[value_type]
