"""Logging, the same in all environments."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from .error import TenError, closed_error
from .log_level import LogLevel
from .log_option import DefaultLogOption, LogOption
from .value import Value


class LogOwner(Protocol):
    """What an environment belongs to, as far as logging goes."""

    @property
    def is_closed(self) -> bool: ...

    def log_line(
        self,
        level: int,
        text: str,
        category: str | None,
        fields: Mapping[str, Any] | None,
        *,
        function: str,
        file: str,
        line: int,
        sync: bool,
    ) -> None: ...


class LoggingEnv:
    """`log` and its short forms, from any thread, never awaited. An error tells that the environment is closed."""

    __slots__ = ("_owner",)
    _owner: Any

    def log(
        self,
        level: LogLevel,
        msg: str,
        category: str | None = None,
        fields: Value | Mapping[str, Any] | None = None,
        option: LogOption = DefaultLogOption,
    ) -> TenError | None:
        return self._log(level, msg, category, fields, option)

    def log_debug(
        self,
        msg: str,
        category: str | None = None,
        fields: Value | Mapping[str, Any] | None = None,
        option: LogOption = DefaultLogOption,
    ) -> TenError | None:
        return self._log(LogLevel.DEBUG, msg, category, fields, option)

    def log_info(
        self,
        msg: str,
        category: str | None = None,
        fields: Value | Mapping[str, Any] | None = None,
        option: LogOption = DefaultLogOption,
    ) -> TenError | None:
        return self._log(LogLevel.INFO, msg, category, fields, option)

    def log_warn(
        self,
        msg: str,
        category: str | None = None,
        fields: Value | Mapping[str, Any] | None = None,
        option: LogOption = DefaultLogOption,
    ) -> TenError | None:
        return self._log(LogLevel.WARN, msg, category, fields, option)

    def log_error(
        self,
        msg: str,
        category: str | None = None,
        fields: Value | Mapping[str, Any] | None = None,
        option: LogOption = DefaultLogOption,
    ) -> TenError | None:
        return self._log(LogLevel.ERROR, msg, category, fields, option)

    def _log(
        self,
        level: LogLevel,
        msg: str,
        category: str | None,
        fields: Value | Mapping[str, Any] | None,
        option: LogOption,
    ) -> TenError | None:
        owner: LogOwner = self._owner
        if owner.is_closed:
            return closed_error()
        plain = fields.to_python() if isinstance(fields, Value) else fields
        function, file, line = _caller(option.skip)
        owner.log_line(int(level), msg, category, plain, function=function, file=file, line=line, sync=option.sync)
        return None


def _caller(skip: int) -> tuple[str, str, int]:
    """Function, file and line of the code `skip` frames above the method that logs."""
    try:
        frame = sys._getframe(skip + 1)
    except ValueError:
        return "", "", 0
    return frame.f_code.co_name, frame.f_code.co_filename, frame.f_lineno
