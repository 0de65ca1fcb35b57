"""Results of commands."""

from __future__ import annotations

from enum import IntEnum
from typing import Self

from ._body import ResultBody
from .cmd import Cmd
from .error import TenError
from .msg import Msg


class StatusCode(IntEnum):
    OK = 0
    ERROR = 1


class CmdResult(Msg):
    """An answer to a command: a status and properties."""

    __slots__ = ()

    @classmethod
    def create(cls, status_code: StatusCode, target_cmd: Cmd) -> Self:
        """`target_cmd` is the received command itself, not a clone, and not yet forwarded (ValueError)."""
        body = ResultBody("ten:result")
        body.status_code = StatusCode(status_code)
        body.call = target_cmd._body.call
        return cls._wrap(body)

    def clone(self) -> Self:
        """A deep copy, which answers the same command and is never completed."""
        return self._clone()

    def get_status_code(self) -> StatusCode:
        return StatusCode(self._body.status_code)

    def set_final(self, is_final: bool) -> TenError | None:
        """False tells that more results of this command will follow."""
        self._body.final = bool(is_final)
        return None

    def is_final(self) -> bool:
        return self._body.final

    def is_completed(self) -> bool:
        """True in the sender's last result of this send."""
        return self._body.completed
