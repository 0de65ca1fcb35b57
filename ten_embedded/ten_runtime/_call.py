"""Commands on their way, and how their results come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ._body import NOWHERE, ResultBody
from ._conversion import Conversion, ConversionError

if TYPE_CHECKING:
    from ._outbox import Outbox
    from .error import TenError

ResultSink = Callable[["ResultBody | None", "TenError | None"], None]
"""Takes a result, or the error why there is none. Runs on the executor of the sender."""
ERROR_STATUS = 1


class Call:
    """One command on its way to one destination. The command and its results carry it: it is the way back."""

    __slots__ = ("conversion", "deadline_s", "in_deadline_s", "is_open", "result", "sending")

    def __init__(self, sending: Sending, deadline_s: float, conversion: Conversion | None) -> None:
        self.sending = sending
        self.conversion = conversion
        """What the graph changes in the results."""
        self.deadline_s = deadline_s
        self.in_deadline_s: float | None = None
        """When its receiver forgets the command, if it does."""
        self.is_open = True
        """As long as the sender waits for a final result; whatever comes later is dropped."""
        self.result: ResultBody | None = None
        """The final result, kept while other destinations have not answered."""

    def answer(self, result: ResultBody) -> None:
        """Bring a result to the sender; from any thread."""
        if self.is_open:
            self.sending.outbox.executor.post(self._take, result)

    def is_forgotten(self, now_s: float) -> bool:
        return self.in_deadline_s is not None and self.in_deadline_s <= now_s

    def _take(self, result: ResultBody) -> None:
        if self.is_open:
            self.sending.take(self, result)

    def fail(self, detail: str) -> None:
        """Answer with an ERROR that nobody sent; on the executor of the sender."""
        self._take(ResultBody.answer(ERROR_STATUS, self, detail))


class Sending:
    """One command that an extension sent, to one or several destinations.

    every: hand over each result; otherwise one: the first ERROR, or the one of the last destination once all are in.
    sink: takes the results; without one they go on to the sender of the command that is being forwarded, if any.
    """

    __slots__ = ("calls", "every", "name", "outbox", "parent", "sink")

    def __init__(self, outbox: Outbox, name: str, parent: Call | None, sink: ResultSink | None, every: bool) -> None:
        self.outbox = outbox
        self.name = name
        self.parent = parent
        self.sink = sink
        self.every = every
        self.calls: list[Call] = []

    def take(self, call: Call, result: ResultBody) -> None:
        """Take one result of an open call."""
        self._adapt(call, result)
        if not result.final:
            if self.every or self.sink is None:
                self._hand_over(result, completed=False)
            return
        self._close(call)
        is_last = not any(other.is_open for other in self.calls)
        if self.every:
            self._hand_over(result, completed=is_last)
        elif result.status_code == ERROR_STATUS:
            for other in self.calls:
                self._close(other)
            self._hand_over(result, completed=True)
        else:
            call.result = result
            last = self.calls[-1].result
            if is_last and last is not None:
                self._hand_over(last, completed=True)

    def _close(self, call: Call) -> None:
        call.is_open = False
        self.outbox.open_calls.pop(call, None)

    def _hand_over(self, result: ResultBody, *, completed: bool) -> None:
        result.completed = completed
        if completed:
            self.calls.clear()  # sending and calls refer to each other: do not leave that to the garbage collector
        result.call = self.parent
        if self.sink is not None:
            self.sink(result, None)
        elif self.parent is not None:
            if result.source != NOWHERE:
                result.source = self.outbox.place
            self.parent.answer(result)

    def _adapt(self, call: Call, result: ResultBody) -> None:
        """Convert the result as the graph says and check it against the schema of the command."""
        if call.conversion is not None:
            try:
                result.properties, _ = call.conversion.apply(result.properties, result.name)
            except ConversionError as error:
                result.fail(str(error))
        self.outbox.check_result("out", self.name, result)
