"""What a message holds. A message object is a handle on a body; sending passes the body on, and the handle is dead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, cast

from ._properties import copy_tree
from .loc import Loc

if TYPE_CHECKING:
    from ._call import Call
    from ._conversion import Conversion

Place = tuple[str | None, str | None, str | None]
"""App uri, graph id, extension name."""
NOWHERE: Place = (None, None, None)


class Body:
    """Name, properties and address of a message."""

    __slots__ = ("conversion", "dests", "name", "properties", "source")
    kind: ClassVar[str]
    fields: ClassVar[tuple[str, ...]] = ()
    """Attributes beyond the properties; `ten.<field>` reaches them, and clones carry them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.properties: dict[str, Any] = {}
        self.source: Place = NOWHERE
        self.dests: tuple[Loc, ...] = ()
        self.conversion: Conversion | None = None

    def clone(self) -> Body:
        copy = type(self)(self.name)
        if self.properties:
            copy.properties = copy_tree(self.properties)
        for field in self.fields:
            setattr(copy, field, getattr(self, field))
        return copy


class BufferBody(Body):
    """A message with a byte buffer."""

    __slots__ = ("buffer", "views")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.buffer: bytearray | None = None
        self.views: list[memoryview] | None = None
        """Views that are locked now; a message cannot be sent as long as there are any."""

    def clone(self) -> Body:
        copy = cast(BufferBody, super().clone())
        copy.buffer = None if self.buffer is None else self.buffer[:]
        return copy


class DataBody(BufferBody):
    __slots__ = ()
    kind = "data"


class AudioFrameBody(BufferBody):
    __slots__ = fields = (
        "timestamp",
        "sample_rate",
        "samples_per_channel",
        "bytes_per_sample",
        "number_of_channels",
        "data_fmt",
        "line_size",
        "eof",
    )
    kind = "audio_frame"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.timestamp = self.sample_rate = self.samples_per_channel = self.bytes_per_sample = 0
        self.number_of_channels = self.line_size = 0
        self.data_fmt = 1
        self.eof = False


class VideoFrameBody(BufferBody):
    __slots__ = fields = ("width", "height", "timestamp", "pixel_fmt", "eof")
    kind = "video_frame"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.width = self.height = self.timestamp = 0
        self.pixel_fmt = 2
        self.eof = False


class CmdBody(Body):
    """A command. `call` is the way back for its result: None until it is sent, and in a clone."""

    __slots__ = ("call",)
    kind = "cmd"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.call: Call | None = None


class StartGraphBody(CmdBody):
    __slots__ = fields = ("predefined_graph_name", "graph", "sync_stop_before_deinit")

    def __init__(self, name: str = "ten:start_graph") -> None:
        super().__init__(name)
        self.predefined_graph_name = ""
        self.graph: Any = None
        self.sync_stop_before_deinit = False


class StopGraphBody(CmdBody):
    __slots__ = fields = ("graph_id",)

    def __init__(self, name: str = "ten:stop_graph") -> None:
        super().__init__(name)
        self.graph_id = ""


class TriggerLifeCycleBody(CmdBody):
    __slots__ = fields = ("stage",)

    def __init__(self, name: str = "ten:trigger_life_cycle") -> None:
        super().__init__(name)
        self.stage = ""


BUILT_IN_COMMANDS: dict[str, type[CmdBody]] = {
    "ten:close_app": CmdBody,
    "ten:timer": CmdBody,
    "ten:start_graph": StartGraphBody,
    "ten:stop_graph": StopGraphBody,
    "ten:trigger_life_cycle": TriggerLifeCycleBody,
}


class ResultBody(Body):
    """A result of the command that `call` belongs to."""

    __slots__ = ("call", "completed", "final", "status_code")
    kind = "cmd_result"
    fields = ("status_code", "final", "call")

    def __init__(self, name: str = "ten:result") -> None:
        super().__init__(name)
        self.status_code = 0
        self.final = True
        self.completed = False
        self.call: Call | None = None

    @classmethod
    def answer(cls, status_code: int, call: Call | None, detail: str = "") -> ResultBody:
        """A final result that the runtime itself gives."""
        result = cls()
        result.status_code = status_code
        result.call = call
        if detail:
            result.properties["detail"] = detail
        return result

    def fail(self, detail: str) -> None:
        """Turn the result into an ERROR."""
        self.status_code = 1
        self.properties["detail"] = detail


class _Consumed:
    """Stands where the body was once a message is sent: any use tells so."""

    def __getattr__(self, name: str) -> NoReturn:
        raise ValueError("This message was sent or returned and is gone. Clone it before, if you need it longer.")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        self.__getattr__(name)


CONSUMED: Any = _Consumed()
