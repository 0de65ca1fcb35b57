"""What is behind an App: its thread, its settings, its graphs, its end."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._app_commands import AppCommands
from ._app_settings import AppSettings, read_settings
from ._errors import ConfigError
from ._executor import ThreadExecutor
from ._exit import exit_now, register_restorer
from ._log import Logger, open_logger
from ._loop_thread import LoopFactory, acquire_loop_thread, release_loop_thread
from ._package import AddonFinder, find_app_base_dir, load_json_file
from ._package_files import PackageFiles, read_package
from ._phase import HOOKS, Phase
from ._property_store import PropertyStore
from ._running_graphs import RunningGraphs
from ._schema import Schema
from .addon_manager import RegisteredAddon, UnknownAddon, _AddonManager
from .log_level import LogLevel
from .ten_env import TenEnv

if TYPE_CHECKING:
    from ._body import Body
    from ._outbox import Outbox
    from .app import App

_FLUSH_S = 0.5
"""How long a forced end waits for a log that cannot be written."""


class AppCore:
    """Runs on the thread that calls `run`; what other threads call is said to be for any thread.

    It is the owner of the app's environment, and the receiver of commands that are sent to the app.
    """

    label = "ten:app"
    outbox: Outbox | None = None
    """An app sends nothing itself."""

    def __init__(
        self,
        app: App,
        loop_factory: LoopFactory | None,
        addons: dict[str, RegisteredAddon] | None = None,
        peers: dict[str, str] | None = None,
    ) -> None:
        self.loop_thread = acquire_loop_thread(loop_factory)
        self.executor = ThreadExecutor(self.loop_thread.hold_time)
        self.properties = PropertyStore(Schema())
        self.settings = AppSettings()
        self.base_dir = Path()
        self.graphs = RunningGraphs(self)
        self.observer: Callable[..., None] | None = None
        self.is_closed = False
        self.is_closing = False
        self.failure = ""
        """Why the app could not start or had to end; empty if all is well."""
        self.logger = Logger()
        self.peers = peers or {}
        """Nodes that send everything to one other node, whatever their graph says."""
        self._app = app
        self._addons = addons or {}
        """Those that only this app knows."""
        self._finder: AddonFinder | None = None
        self._files: dict[Path, PackageFiles] = {}
        self._commands = AppCommands(self)
        self._phase = Phase.CONFIGURE
        self._hook_runs = False
        self.loop_thread.executor.on_backlog = self.warn_of_backlog
        self.executor.post(self._enter, Phase.CONFIGURE)

    def run(self) -> None:
        """Live through the whole life of the app."""
        forget_flush = register_restorer(lambda: self.logger.flush(_FLUSH_S))
        try:
            self.executor.serve()
        finally:
            if self.loop_thread.executor.on_backlog == self.warn_of_backlog:  # not that of a younger app
                self.loop_thread.executor.on_backlog = None
            release_loop_thread(self.loop_thread)
            if self._finder is not None:
                self._finder.uninstall()
            self.logger.close()
            forget_flush()

    # -- any thread --

    def close(self) -> None:
        self.executor.post(self._close, None)

    def phase_done(self, phase: Phase) -> None:
        self.executor.post(self._phase_done, phase)

    def receive(self, body: Body) -> None:
        """Take a command that was sent to the app."""
        self.executor.post(self._commands.take, body)

    def is_own_uri(self, uri: str | None) -> bool:
        return not uri or uri in ("localhost", self.settings.uri)

    @property
    def uri(self) -> str | None:
        return self.settings.uri

    def now_s(self) -> float:
        return self.loop_thread.loop.time()

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Callable[[], None]:
        """Call something on the loop later; returns how to cancel that."""
        return self.loop_thread.call_later(delay_s, callback)

    def log(self, level: LogLevel, text: str) -> None:
        """Write a line of the runtime."""
        self.logger.log(int(level), text)

    def log_line(self, level: int, text: str, *arguments: Any, **place: Any) -> None:
        """Write a line of the user's code."""
        self.logger.log(level, text, *arguments, **place)

    def warn_of_backlog(self, waiting: int) -> None:
        self.log(LogLevel.WARN, f"{waiting} messages wait to be delivered: they are sent faster than they are taken")

    def fail(self, text: str) -> None:
        """Say why the app cannot go on, and close it."""
        self.failure = self.failure or text
        self.log(LogLevel.ERROR, text)
        self.close()

    def die(self, text: str) -> None:
        """End the process because of what the user's files say."""
        self.failure = text
        self.logger.log(int(LogLevel.ERROR), text, sync=True)
        exit_now(1, "" if self.settings.logs_to_console else text)

    def die_of(self, error: BaseException, where: str) -> None:
        """End the process because of an exception that left the user's code."""
        trace = "".join(traceback.format_exception(error)).rstrip()
        self.die(f"{where}Uncaught exception: {type(error).__name__}: {error}\n{trace}")

    def escaped(self, error: BaseException) -> None:
        self.die_of(error, "app: ")

    # -- addons --

    def find_addon(self, name: str) -> RegisteredAddon:
        """Raises UnknownAddon."""
        if name in self._addons:
            return self._addons[name]
        return _AddonManager.find(name, self._finder.known_addons() if self._finder else ())

    def package_files(self, addon: RegisteredAddon) -> PackageFiles:
        """Raises ConfigError."""
        if addon.base_dir not in self._files:
            self._files[addon.base_dir] = read_package(addon.base_dir)
        return self._files[addon.base_dir]

    # -- life cycle --

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        if phase not in HOOKS:
            return
        self._hook_runs = True
        try:
            getattr(self._app, HOOKS[phase])(TenEnv(self))
        except BaseException as error:
            self.escaped(error)

    def _phase_done(self, phase: Phase) -> None:
        if phase is not self._phase or not self._hook_runs:
            self.log(LogLevel.WARN, f"app: {HOOKS[phase]}_done was called in the wrong phase or twice; it is ignored")
            return
        self._hook_runs = False
        match phase:
            case Phase.CONFIGURE:
                self._configure()
                self._end_if_idle() if self.is_closing else self._enter(Phase.INIT)
            case Phase.INIT:
                self._enter(Phase.RUNNING)
                self._end_if_idle()
            case Phase.DEINIT:
                self._phase = Phase.GONE
                self.is_closed = True
                self.executor.stop()

    def _configure(self) -> None:
        try:
            where = self._load()
            logger, warnings = open_logger(self.settings.log, f"{where}: ten.log")
        except ConfigError as error:
            self.is_closing = True
            self.fail(str(error))
            return
        self.logger.close()
        self.logger = logger
        for warning in (*warnings, *(f"{where}: ten.{key} has no effect here" for key in self.settings.ignored)):
            self.log(LogLevel.WARN, warning)
        if self.settings.preload_all:
            self._preload()
        self.graphs.load(self.settings.graphs)
        self.graphs.start_automatic_ones()

    def _load(self) -> str:
        """Find the app's folder and read its properties; returns their file for error texts. Raises ConfigError."""
        try:
            given = self.properties.parse_init_text()
        except ValueError as error:
            raise ConfigError(f"init_property_from_json of the app: {error}") from None
        try:
            self.base_dir = find_app_base_dir()
        except ConfigError:
            if given is None:
                raise
            self.base_dir = Path.cwd()  # an app without a folder: all it needs is in the code that runs it
        self._finder = AddonFinder(self.base_dir)
        self._finder.install()
        path = self.base_dir / "property.json"
        where = os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
        if not path.is_file():
            where = "init_property_from_json"
        elif given is None:
            given = load_json_file(path)
        self.properties.load(given or {})
        self.settings = read_settings(self.properties.snapshot(), where)
        return where

    def _preload(self) -> None:
        assert self._finder is not None
        for name in self._finder.known_addons():
            try:
                self.find_addon(name)
            except UnknownAddon as error:
                self.log(LogLevel.ERROR, str(error))

    def _close(self, _argument: None) -> None:
        self.is_closing = True
        self.graphs.stop_all()
        self._end_if_idle()

    def graph_ended(self) -> None:
        """A graph is gone; the last one takes the app with it, unless it is to run long."""
        if not self.graphs.has_any and not self.settings.long_running_mode:
            self.is_closing = True
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self.is_closing and not self.graphs.has_any and not self._hook_runs and self._phase < Phase.DEINIT:
            self._enter(Phase.DEINIT)
