"""Typed reading of property trees, and the checks of values that are written to them.

TEN's getters are strict: no text counts as a number, no integer as a float. Its setters raise ValueError for a
Python value of the wrong type.
"""

from __future__ import annotations

from typing import Any

from ._properties import MISSING, PathError, get_path, set_path
from .error import VALUE_NOT_FOUND, TenError, TenErrorCode, make_error

_TYPES: dict[str, tuple[type | tuple[type, ...], TenErrorCode]] = {
    "int": (int, TenErrorCode.ErrorCodeGeneric),
    "float": (float, TenErrorCode.ErrorCodeGeneric),
    "bool": (bool, TenErrorCode.ErrorCodeGeneric),
    "buf": ((bytes, bytearray), TenErrorCode.ErrorCodeGeneric),
    "string": (str, TenErrorCode.ErrorCodeInvalidArgument),
}
_ZERO: dict[str, Any] = {"int": 0, "float": 0.0, "bool": False, "string": ""}
_INT64 = range(-(2**63), 2**63)


def look_up(tree: dict[str, Any], path: str) -> tuple[Any, TenError | None]:
    """The value at a path (not a copy), or None and an error."""
    try:
        value = get_path(tree, path)
    except PathError as error:
        return None, make_error(TenErrorCode.ErrorCodeInvalidArgument, str(error))
    if value is MISSING:
        return None, make_error(VALUE_NOT_FOUND, f"Failed to find value: {path}")
    return value, None


def as_type(value: Any, wanted: str, path: str) -> tuple[Any, TenError | None]:
    """The value if it is of the wanted type, else a zero value and an error."""
    accepted, code = _TYPES[wanted]
    is_bool = value is True or value is False
    if isinstance(value, accepted) and is_bool == (wanted == "bool") and (wanted != "int" or value in _INT64):
        return (bytearray(value) if isinstance(value, bytes | bytearray) else value), None
    found = type(value).__name__
    return zero(wanted), make_error(code, f"The conversion from {found} to {wanted} is unfit: {path}")


def zero(wanted: str) -> Any:
    return bytearray() if wanted == "buf" else _ZERO[wanted]


def write(tree: dict[str, Any], path: str, value: Any) -> TenError | None:
    try:
        set_path(tree, path, value)
    except PathError as error:
        return make_error(TenErrorCode.ErrorCodeInvalidArgument, str(error))
    return None


def check_path(path: object) -> str:
    """Raises ValueError."""
    if not isinstance(path, str) or not path:
        raise ValueError(f"a property path must be a text that is not empty, not {path!r}")
    return path


def check_int(value: object) -> int:
    """Raises ValueError for anything but an int64 or a bool."""
    if not isinstance(value, int) or value not in _INT64:
        raise ValueError(f"expected an int of 64 bits, not {value!r}")
    return int(value)


def check_float(value: object) -> float:
    """Raises ValueError for anything but a number."""
    if not isinstance(value, int | float):
        raise ValueError(f"expected a float, not {value!r}")
    return float(value)


def check_string(value: object) -> str:
    """Raises ValueError for anything but a text without NUL."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"expected a text without NUL, not {value!r}")
    return value


def check_buf(value: object) -> bytes:
    """Raises ValueError for anything but bytes that are not empty."""
    if not isinstance(value, bytes | bytearray) or not value:
        raise ValueError("expected bytes or a bytearray that is not empty")
    return bytes(value)
