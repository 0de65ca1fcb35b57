"""Lets the app watch the messages of its graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._body import Body
from ._properties import copy_tree
from .log_level import LogLevel

if TYPE_CHECKING:
    from ._app_core import AppCore


class MessageView:
    """A message as an observer sees it: to be read while the observer runs, not later."""

    __slots__ = ("_body",)

    def __init__(self, body: Body) -> None:
        self._body = body

    @property
    def name(self) -> str:
        return self._body.name

    @property
    def command(self) -> str:
        """Of a result: the name of the command that it answers; otherwise empty."""
        call = getattr(self._body, "call", None)
        return call.sending.name if call is not None else ""

    @property
    def properties(self) -> dict[str, Any]:
        """A copy."""
        return copy_tree(self._body.properties)

    @property
    def buffer(self) -> memoryview:
        """The bytes of data and frames, read-only; empty without any."""
        return memoryview(getattr(self._body, "buffer", None) or b"").toreadonly()

    def field(self, name: str) -> Any:
        """`timestamp`, `status_code` and the like: what a message has beside its properties; None if it has not."""
        return getattr(self._body, name) if name in self._body.fields and name != "call" else None


Observer = Callable[[str, MessageView, str, tuple[str, ...], float], object]
"""observer(kind, message_view, source, destinations, time_ms): `kind` is cmd, data, audio_frame, video_frame or
cmd_result; source and destinations are node names; time_ms is the time of the app's event loop."""


def guarded_observer(observer: Observer | None, app: AppCore) -> Callable[..., None] | None:
    """What the runtime calls for each message; an exception of the observer is logged and does no harm."""
    if observer is None:
        return None

    def observe(body: Body, source: str, destinations: tuple[str, ...], time_ms: float) -> None:
        try:
            observer(body.kind, MessageView(body), source, destinations, time_ms)
        except Exception as error:
            app.log(LogLevel.ERROR, f"observer of messages: {type(error).__name__}: {error}")

    return observe
