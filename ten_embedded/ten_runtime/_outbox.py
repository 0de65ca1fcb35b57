"""What an extension sends: finding the destinations, handing the message over, waiting for results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ._body import CONSUMED, Body, CmdBody, Place, ResultBody
from ._call import Call, ResultSink, Sending
from ._receivers import Flows, Receiver, Target
from ._schema import Schema
from ._time_outs import TimeOuts
from .error import TenError, TenErrorCode, closed_error, make_error
from .log_level import LogLevel

if TYPE_CHECKING:
    from ._engine import Engine
    from ._executor import Executor
    from .msg import Msg

ErrorSink = Callable[["TenError | None"], None]


class Outbox:
    """Sends for one extension. Sends from foreign threads are passed to the executor of the extension."""

    def __init__(self, place: Place, executor: Executor, engine: Engine, schema: Schema) -> None:
        self.place = place
        self.label = place[2] or ""
        self.executor = executor
        self.schema = schema
        self.open_calls: dict[Call, None] = {}
        """Commands that wait for a result, the oldest first."""
        self.flows: Flows = {}
        self.peer: Receiver | None = None
        """Takes every message, whatever the graph says (testers)."""
        self.is_closed = False
        self.time_outs = TimeOuts()
        self._engine = engine
        self._app = engine.app
        self._cancel_check: Callable[[], None] | None = None
        """Cancels the next look at commands that wait; None while there is none to come."""
        self._reported: set[str] = set()
        """Errors that nobody takes are logged once: a frame that goes nowhere comes a hundred times a second."""

    def send(self, message: Msg, kind: str, sink: ErrorSink | None) -> TenError | None:
        """Send data or a frame. `sink` is told the routing error, or None once the message is handed over."""
        if self.is_closed:
            return closed_error()
        self.executor.run(self._send, (_consume(message, kind), sink))
        return None

    def send_cmd(self, message: Msg, sink: ResultSink | None, *, every: bool) -> TenError | None:
        """Send a command; see Sending for `sink` and `every`."""
        if self.is_closed:
            return closed_error()
        self.executor.run(self._send_cmd, (_consume(message, "cmd"), sink, every))
        return None

    def return_result(self, message: Msg, sink: ErrorSink | None) -> TenError | None:
        """Answer a command. `sink` is told None: where a result goes is not known here."""
        if self.is_closed:
            return closed_error()
        self.executor.run(self._return_result, (_consume(message, "cmd_result"), sink))
        return None

    def close(self) -> None:
        """Answer every open command with an ERROR; nothing can be sent any more."""
        self.is_closed = True
        for call in list(self.open_calls):
            if call.is_open:
                call.fail("The extension that sent the command is gone.")
        if self._cancel_check is not None:
            self._cancel_check()

    def check_result(self, direction: str, cmd_name: str, result: ResultBody) -> None:
        """Check a result against the schema of its command (`in`: it is answered here); a misfit becomes an ERROR."""
        message = self.schema.message(direction, "cmd", cmd_name)
        problems = message.result.adjust(result.properties) if message is not None and message.result else []
        if problems:
            result.fail(", ".join(problems))

    def _send(self, job: tuple[Body, ErrorSink | None]) -> None:
        body, sink = job
        targets, error = self._route(body)
        if error is not None:
            self._report(error, sink)
            return
        body.source = self.place
        if len(targets) == 1:
            receiver, body.conversion = targets[0]
            receiver.receive(body)
        else:
            for (receiver, conversion), copy in zip(targets, self._copies(body, targets), strict=True):
                copy.conversion = conversion
                receiver.receive(copy)
        if sink is not None:
            sink(None)

    def _copies(self, body: Body, targets: Sequence[Target]) -> list[Any]:
        """The message itself for the first target and clones for the others, made before anyone can change it."""
        copies = [body, *(body.clone() for _ in targets[1:])]
        for copy in copies:
            copy.source = self.place
        return copies

    def _send_cmd(self, job: tuple[CmdBody, ResultSink | None, bool]) -> None:
        body, sink, every = job
        targets, error = self._route(body)
        if error is not None:
            if sink is not None:
                sink(None, error)
            else:
                self._report(error, None)
            return
        sending = Sending(self, body.name, body.call, sink, every)
        deadline_s = self._app.now_s() + self.time_outs.out_s
        copies = self._copies(body, targets)
        for (_, conversion), copy in zip(targets, copies, strict=True):
            copy.call = Call(sending, deadline_s, conversion.result if conversion else None)
            copy.conversion = conversion
            sending.calls.append(copy.call)
            self.open_calls[copy.call] = None
        for (receiver, _), copy in zip(targets, copies, strict=True):
            receiver.receive(copy)
        self._watch_time_outs()

    def _return_result(self, job: tuple[ResultBody, ErrorSink | None]) -> None:
        body, sink = job
        body.source = self.place
        if self._app.observer is not None:
            self._observe(body, [body.call.sending.outbox.label] if body.call else [])
        if body.call is not None and not body.call.is_forgotten(self._app.now_s()):
            self.check_result("in", body.call.sending.name, body)
            body.call.answer(body)
        if sink is not None:
            sink(None)

    def _route(self, body: Body) -> tuple[Sequence[Target], TenError | None]:
        """Destinations of a message, or the error why it cannot be sent."""
        views = getattr(body, "views", None)
        if views:
            text = "Locked resources are not allowed in messages sent from an extension."
            return (), make_error(TenErrorCode.ErrorCodeGeneric, text)
        kind, name = body.kind, body.name
        if self.schema.messages:
            message = self.schema.message("out", kind, name)
            problems = message.adjust(body.properties) if message else []
            if problems:
                return (), make_error(TenErrorCode.ErrorCodeGeneric, f"{kind} '{name}': {', '.join(problems)}")
        targets: Sequence[Target] | None
        dests, body.dests = body.dests, ()
        if self.peer is not None:
            targets = ((self.peer, None),)
        elif dests:
            targets = [(self._engine.find_receiver(loc, body), None) for loc in dests]
        else:
            targets = self.flows.get((kind, name))
        if targets is None:
            text = f"Failed to find destination of a '{kind}' message '{name}' from graph."
            return (), make_error(TenErrorCode.ErrorCodeMsgNotConnected, text)
        if self._app.observer is not None:
            self._observe(body, [receiver.label for receiver, _ in targets])
        return targets, None

    def _observe(self, body: Body, destinations: list[str]) -> None:
        observer = self._app.observer
        if observer is not None:
            observer(body, self.label, tuple(destinations), self._app.now_s() * 1000)

    def _report(self, error: TenError, sink: ErrorSink | None) -> None:
        if sink is not None:
            sink(error)
        elif (text := error.error_message()) not in self._reported:
            self._reported.add(text)
            self._app.log(LogLevel.WARN, f"[{self.label}] {text} (said only once)")

    def _watch_time_outs(self) -> None:
        if self._cancel_check is None:
            post = partial(self.executor.post, self._check_paths, None)
            self._cancel_check = self._app.call_later(self.time_outs.interval_s, post)

    def _check_paths(self, _argument: None) -> None:
        self._cancel_check = None
        now_s = self._app.now_s()
        for call in list(self.open_calls):
            if call.deadline_s > now_s:
                break
            call.fail("Path timeout.")
        if self.open_calls:
            self._watch_time_outs()


def _consume(message: Msg, kind: str) -> Any:
    """Take the body out of a message. Raises ValueError for a consumed one, TypeError for one of another kind."""
    body = message._body
    if body.kind != kind:
        raise TypeError(f"expected a {kind} message, not a {body.kind}")
    message._body = CONSUMED
    return body
