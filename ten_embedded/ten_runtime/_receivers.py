"""Places that messages can go to: what they have in common, and those that are no extensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from ._body import NOWHERE, Body, CmdBody, Place, ResultBody
from ._conversion import Conversion
from .log_level import LogLevel

if TYPE_CHECKING:
    from ._app_core import AppCore


class Receiver(Protocol):
    """Something that a message can be sent to."""

    label: str
    """Its name for observers."""

    def receive(self, body: Body) -> None:
        """Take a message over; from any thread. Never raises."""


Target = tuple[Receiver, Conversion | None]
Flows = Mapping[tuple[str, str], Sequence[Target]]
"""(kind, message name) to targets."""


def refuse(body: Body, detail: str, place: Place = NOWHERE) -> bool:
    """Answer a command with an ERROR, in the name of `place`. False for other messages, which have no answer."""
    if not isinstance(body, CmdBody):
        return False
    if body.call is not None:
        result = ResultBody.answer(1, body.call, detail)
        result.source = place
        body.call.answer(result)
    return True


class Nowhere:
    """Stands for a destination that does not exist: commands are answered, other messages dropped."""

    def __init__(self, app: AppCore, reason: str) -> None:
        self.label = ""
        self._app = app
        self._reason = reason

    def receive(self, body: Body) -> None:
        if not refuse(body, self._reason):
            self._app.log(LogLevel.WARN, f"{body.kind} '{body.name}' is dropped: {self._reason}")


class Exit:
    """The way out of a graph, to the extension that started it."""

    def __init__(self, app: AppCore, starter: Place) -> None:
        self.label = starter[2] or ""
        self._app = app
        self._starter = starter

    def receive(self, body: Body) -> None:
        _, graph_id, extension = self._starter
        self._app.graphs.find_receiver(graph_id or "", extension, body).receive(body)
