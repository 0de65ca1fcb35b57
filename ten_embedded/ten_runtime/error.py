"""Errors of the TEN API: plain values that calls hand back, never raised."""

from __future__ import annotations

from enum import IntEnum


class TenErrorCode(IntEnum):
    """The codes an extension may create errors with. Lookups of a missing property carry 100000."""

    ErrorCodeGeneric = 1
    ErrorCodeInvalidJSON = 2
    ErrorCodeInvalidArgument = 3
    ErrorCodeInvalidType = 4
    ErrorCodeInvalidGraph = 5
    ErrorCodeTenIsClosed = 6
    ErrorCodeMsgNotConnected = 7
    ErrorCodeTimeout = 8


VALUE_NOT_FOUND = 100000


class TenError:
    """What went wrong, as a code and a text."""

    __slots__ = ("_code", "_message")

    def __init__(self, *_args: object) -> None:
        raise NotImplementedError("Use TenError.create(code, message).")

    @classmethod
    def create(cls, error_code: TenErrorCode, error_message: str | None = None) -> TenError:
        """Raises AttributeError when the code is a plain int, as TEN does."""
        return make_error(error_code.value, error_message or "", cls)

    def error_code(self) -> int:
        return self._code

    def error_message(self) -> str:
        return self._message

    def __str__(self) -> str:
        return f"error_code: {self._code}, error_message: {self._message}"

    __repr__ = __str__

    _code: int
    _message: str


def make_error(code: int, message: str, cls: type[TenError] = TenError) -> TenError:
    """An error with any code, also those outside TenErrorCode."""
    error = object.__new__(cls)
    error._code = int(code)
    error._message = message
    return error


def closed_error() -> TenError:
    return make_error(TenErrorCode.ErrorCodeTenIsClosed, "The TEN environment is closed.")
