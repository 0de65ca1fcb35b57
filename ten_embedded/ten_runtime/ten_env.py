"""The environment of plain functions: everything returns at once, results come to callbacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from ._env_log import LoggingEnv, LogOwner
from ._phase import Phase
from ._properties import from_json_text
from ._typed import check_float, check_int, check_path, check_string
from .audio_frame import AudioFrame
from .cmd import Cmd
from .cmd_result import CmdResult
from .data import Data
from .error import TenError, TenErrorCode, closed_error, make_error
from .video_frame import VideoFrame

if TYPE_CHECKING:
    from ._body import ResultBody
    from ._outbox import Outbox
    from ._property_store import PropertyStore

ResultHandler = Callable[["TenEnv", "CmdResult | None", "TenError | None"], None]
ErrorHandler = Callable[["TenEnv", "TenError | None"], None]


class EnvOwner(LogOwner, Protocol):
    """What an environment belongs to: an extension, the app, or an addon that makes an instance."""

    properties: PropertyStore

    @property
    def outbox(self) -> Outbox | None: ...

    def phase_done(self, phase: Phase) -> None: ...
    def escaped(self, error: BaseException) -> None: ...


class SendingEnv(LoggingEnv):
    """Sending and answering with callbacks.

    The return value tells only whether the call was accepted. What became of it is told to the handler, which runs
    where the extension's own functions run; a routing error reaches it before the call returns.
    """

    __slots__ = ()

    def __init__(self, owner: EnvOwner) -> None:
        self._owner = owner

    def send_cmd(self, cmd: Cmd, result_handler: Any = None) -> TenError | None:
        """Send a command; the handler gets its one result, or an error."""
        return self._send_cmd(cmd, result_handler, every=False)

    def send_cmd_ex(self, cmd: Cmd, result_handler: Any = None) -> TenError | None:
        """Send a command; the handler gets each result. The last one is completed."""
        return self._send_cmd(cmd, result_handler, every=True)

    def send_data(self, data: Data, error_handler: Any = None) -> TenError | None:
        return self._send(data, "data", error_handler)

    def send_audio_frame(self, audio_frame: AudioFrame, error_handler: Any = None) -> TenError | None:
        return self._send(audio_frame, "audio_frame", error_handler)

    def send_video_frame(self, video_frame: VideoFrame, error_handler: Any = None) -> TenError | None:
        return self._send(video_frame, "video_frame", error_handler)

    def return_result(self, result: CmdResult, error_handler: Any = None) -> TenError | None:
        outbox = self._outbox()
        if outbox is None:
            return _cannot_send()
        return outbox.return_result(result, self._error_sink(error_handler))

    def _outbox(self) -> Outbox | None:
        return self._owner.outbox

    def _send(self, message: Any, kind: str, handler: Any) -> TenError | None:
        outbox = self._outbox()
        return _cannot_send() if outbox is None else outbox.send(message, kind, self._error_sink(handler))

    def _send_cmd(self, cmd: Cmd, handler: Any, *, every: bool) -> TenError | None:
        outbox = self._outbox()
        if outbox is None:
            return _cannot_send()
        if handler is None:
            return outbox.send_cmd(cmd, None, every=every)

        def take(result: ResultBody | None, error: TenError | None) -> None:
            self._guard(handler, None if result is None else CmdResult._wrap(result), error)

        return outbox.send_cmd(cmd, take, every=every)

    def _error_sink(self, handler: Any) -> Callable[[TenError | None], None] | None:
        return None if handler is None else lambda error: self._guard(handler, error)

    def _guard(self, handler: Callable[..., object], *arguments: object) -> None:
        try:
            handler(self, *arguments)
        except BaseException as error:
            self._owner.escaped(error)


class TenEnv(SendingEnv):
    """Environment of an extension or of the app. Usable from any thread."""

    __slots__ = ()

    def on_configure_done(self) -> None:
        self._owner.phase_done(Phase.CONFIGURE)

    def on_init_done(self) -> None:
        self._owner.phase_done(Phase.INIT)

    def on_start_done(self) -> None:
        self._owner.phase_done(Phase.START)

    def on_stop_done(self) -> None:
        self._owner.phase_done(Phase.STOP)

    def on_deinit_done(self) -> None:
        self._owner.phase_done(Phase.DEINIT)

    def on_create_instance_done(self, instance: Any, context: Any) -> None:
        """Hand over the extension that an addon was asked for."""
        context(instance)

    def is_property_exist(self, path: str) -> tuple[bool, TenError | None]:
        error = self._closed()
        return (False, error) if error else (self._owner.properties.exists(path), None)

    def get_property_int(self, path: str) -> tuple[int, TenError | None]:
        return self._get(path, "int", 0)

    def get_property_float(self, path: str) -> tuple[float, TenError | None]:
        return self._get(path, "float", 0.0)

    def get_property_bool(self, path: str) -> tuple[bool, TenError | None]:
        return self._get(path, "bool", False)

    def get_property_string(self, path: str) -> tuple[str, TenError | None]:
        return self._get(path, "string", "")

    def get_property_to_json(self, path: str | None = None) -> tuple[str, TenError | None]:
        error = self._closed()
        return ("", error) if error else self._owner.properties.to_json(path)

    def set_property_int(self, path: str, value: int) -> TenError | None:
        return self._set(path, check_int(value))

    def set_property_float(self, path: str, value: float) -> TenError | None:
        return self._set(path, check_float(value))

    def set_property_bool(self, path: str, value: bool) -> TenError | None:
        return self._set(path, bool(value))

    def set_property_string(self, path: str, value: str) -> TenError | None:
        return self._set(path, check_string(value))

    def set_property_from_json(self, path: str, json_str: str) -> TenError | None:
        check_path(path)
        try:
            value = from_json_text(check_string(json_str))
        except ValueError as error:
            return make_error(TenErrorCode.ErrorCodeInvalidJSON, f"Failed to parse JSON: {error}")
        return self._set(path, value)

    def init_property_from_json(self, json_str: str) -> TenError | None:
        """Give the properties in place of property.json; only in `on_configure`."""
        error = self._closed()
        if error is None:
            self._owner.properties.set_init_text(check_string(json_str))
        return error

    def _get(self, path: str, wanted: str, zero: Any) -> tuple[Any, TenError | None]:
        check_path(path)
        error = self._closed()
        return (zero, error) if error else self._owner.properties.get(path, wanted)

    def _set(self, path: str, value: Any) -> TenError | None:
        check_path(path)
        return self._closed() or self._owner.properties.set(path, value)

    def _closed(self) -> TenError | None:
        return closed_error() if self._owner.is_closed else None


def _cannot_send() -> TenError:
    return make_error(TenErrorCode.ErrorCodeGeneric, "Only extensions can send messages, neither apps nor addons.")
