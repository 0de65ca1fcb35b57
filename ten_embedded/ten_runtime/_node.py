"""One extension in a running graph: its life cycle and the messages that arrive."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ._body import Body, CmdBody, TriggerLifeCycleBody
from ._conversion import ConversionError
from ._env_interpolation import interpolate
from ._errors import ConfigError
from ._executor import BACKLOG_WARNING
from ._manual import ManualStages
from ._outbox import Outbox
from ._phase import HOOKS, Phase
from ._property_store import PropertyStore
from ._receivers import refuse
from ._time_outs import read_time_outs
from .audio_frame import AudioFrame
from .cmd import Cmd
from .data import Data
from .log_level import LogLevel
from .msg import Msg
from .video_frame import VideoFrame

if TYPE_CHECKING:
    from ._engine import Engine
    from ._executor import Executor
    from ._graph import NodeSpec
    from ._package_files import PackageFiles
    from ._runner import Runner


_STAGES = {Phase.START: "start", Phase.STOP: "stop"}
"""Phases that may wait for a command."""
_MESSAGES: dict[str, type[Msg]] = {"cmd": Cmd, "data": Data, "audio_frame": AudioFrame, "video_frame": VideoFrame}


class Node:
    """An actor: everything below happens on its executor, except where said.

    Messages wait until `on_init` is done and are refused from the beginning of `on_deinit` on.
    """

    def __init__(self, spec: NodeSpec, files: PackageFiles, engine: Engine, executor: Executor) -> None:
        self.name = spec.name
        self.label = spec.name
        self.engine = engine
        self.executor = executor
        self.outbox = Outbox((engine.app.uri, engine.id, spec.name), executor, engine, files.schema)
        self.properties = PropertyStore(files.schema, {"app": engine.app.properties})
        self.receive: Callable[[Body], None] = partial(executor.post, self._take)
        """Takes a message over; from any thread."""
        self.runner: Runner
        """Set by the engine, once the environment for it exists."""
        self._spec = spec
        self._files = files
        self._schema = files.schema
        self._manual = ManualStages()
        self._phase = Phase.CONFIGURE
        self._hook_runs = False
        self._is_open = False
        """Whether messages are handled now."""
        self._is_closing = False
        self._dropped = 0
        self._reported: set[str] = set()
        self._waiting: list[Body] | None = []
        """Messages that came before `on_init` was done; None from then on."""

    # -- called from any thread --

    def begin(self) -> None:
        self.executor.post(self._enter, Phase.CONFIGURE)

    def close(self) -> None:
        """Go to `on_stop` as soon as the hook that runs now is done."""
        self.executor.post(self._close, None)

    def go_to_deinit(self) -> None:
        """Let an extension that has stopped go on, where the whole graph stops together."""
        self.executor.post(self._enter, Phase.DEINIT)

    def phase_done(self, phase: Phase) -> None:
        """The hook of a phase is done."""
        self.executor.post(self._phase_done, phase)

    @property
    def is_closed(self) -> bool:
        return self.outbox.is_closed

    def log(self, level: LogLevel, text: str) -> None:
        self.engine.app.log(level, f"[{self.name}] {text}")

    def warn(self, text: str) -> None:
        self.log(LogLevel.WARN, text)

    def log_line(self, level: int, text: str, *arguments: Any, **place: Any) -> None:
        """Write a line of the extension itself."""
        self.engine.app.log_line(level, f"[{self.name}] {text}", *arguments, **place)

    def escaped(self, error: BaseException) -> None:
        """An exception left the user's code: that ends the process."""
        self.engine.app.die_of(error, f"[{self.name}] ")

    # -- life cycle --

    def _enter(self, phase: Phase) -> None:
        stage = _STAGES.get(phase, "")
        self._phase = phase
        if self._manual.holds(stage):
            return
        self._manual.enter(stage)
        if phase is Phase.DEINIT:
            self._is_open = False
        if phase in HOOKS:
            self._hook_runs = True
            self.runner.run_hook(HOOKS[phase], partial(self.phase_done, phase))

    def _phase_done(self, phase: Phase) -> None:
        if phase is not self._phase or not self._hook_runs:
            self.log(LogLevel.WARN, f"{HOOKS[phase]}_done was called in the wrong phase or twice; it is ignored")
            return
        self._hook_runs = False
        match phase:
            case Phase.CONFIGURE:
                self._configure()
                self._go_on(Phase.INIT)
            case Phase.INIT:
                self._open()
                self._go_on(Phase.START)
            case Phase.START:
                self._manual.done("start")
                self._go_on(Phase.RUNNING)
            case Phase.STOP:
                self._manual.done("stop")
                self.engine.node_stopped(self)
            case Phase.DEINIT:
                self._end()

    def _go_on(self, phase: Phase) -> None:
        self._enter_stop() if self._is_closing else self._enter(phase)

    def _close(self, _argument: None) -> None:
        if not self._is_closing:
            self._is_closing = True
            if not self._hook_runs and self._phase < Phase.STOP:
                self._enter_stop()

    def _enter_stop(self) -> None:
        for body in self._waiting or ():
            self._refuse(body, "The destination extension is closing and was never initialized.")
        self._waiting = None
        self._enter(Phase.STOP)

    def _configure(self) -> None:
        """Put the properties together. What cannot be read ends the process, as in native TEN."""
        where = self.engine.describe_node(self.name)
        try:
            text = self.properties.init_text
            try:
                tree = self.properties.parse_init_text()
            except ValueError as error:
                raise ConfigError(f"{where}: init_property_from_json got {text!r}: {error}") from None
            own = interpolate(self._files.properties if tree is None else tree, f"{where}, own properties")
            given = interpolate(self._spec.property, f"{where}, property")
        except ConfigError as error:
            self.engine.app.die(str(error))
            return
        for problem in self.properties.load(own, given):
            self.log(LogLevel.WARN, f"{where}: property {problem}")
        properties = self.properties.snapshot()
        self._manual.load(properties)
        self.outbox.time_outs = read_time_outs(properties, self.engine.app.properties.snapshot())

    def _open(self) -> None:
        waiting, self._waiting = self._waiting or [], None
        self._is_open = True
        for body in waiting:
            self._handle(body)

    def _end(self) -> None:
        self._phase = Phase.GONE
        if self._dropped:
            self.log(LogLevel.DEBUG, f"{self._dropped} messages came too late or did not fit, and were dropped")
        self.outbox.close()
        self.runner.end(partial(self.engine.node_gone, self))

    # -- messages --

    def _take(self, body: Body) -> None:
        if isinstance(body, TriggerLifeCycleBody):
            self._trigger(body)
        elif self._is_open:
            self._handle(body)
        elif self._waiting is not None:
            self._waiting.append(body)
            if len(self._waiting) == BACKLOG_WARNING:
                self.log(LogLevel.WARN, f"{BACKLOG_WARNING} messages wait for the end of on_init")
        elif self._phase is Phase.GONE:
            self._refuse(body, f"The extension[{self.name}] is invalid.")
        else:
            self._refuse(body, "The destination extension is in its de-initialization phase.")

    def _handle(self, body: Body) -> None:
        if body.conversion is not None:
            self._convert(body)
        kind = body.kind
        if isinstance(body, CmdBody):
            self._note_arrival(body)
        if self._schema.messages:
            schema = self._schema.message("in", kind, body.name)
            problems = schema.adjust(body.properties) if schema else []
            if problems:
                self._misfit(body, ", ".join(problems))
                return
        self.runner.handle(kind, _MESSAGES[kind]._wrap(body))

    def _note_arrival(self, body: CmdBody) -> None:
        in_s = self.outbox.time_outs.in_s
        if in_s is not None and body.call is not None:
            body.call.in_deadline_s = self.engine.app.now_s() + in_s

    def _misfit(self, body: Body, problems: str) -> None:
        text = f"{body.kind} '{body.name}' does not fit the schema: {problems}"
        if text not in self._reported:
            self._reported.add(text)
            self.warn(f"{text} (said only once)")
        self._refuse(body, problems)

    def _convert(self, body: Body) -> None:
        conversion = body.conversion
        assert conversion is not None
        body.conversion = None
        try:
            body.properties, body.name = conversion.apply(body.properties, body.name)
        except ConversionError as error:
            self.log(LogLevel.ERROR, f"{error}; the message is delivered as it came")

    def _trigger(self, body: TriggerLifeCycleBody) -> None:
        if self._manual.trigger(body) and body.stage == _STAGES.get(self._phase):
            self._enter(self._phase)

    def _refuse(self, body: Body, detail: str) -> None:
        """Answer a command that cannot be handled; other messages are dropped."""
        if not refuse(body, detail, self.outbox.place):
            self._dropped += 1
