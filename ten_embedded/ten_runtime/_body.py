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
    """Name, properties and address of a message.

    What few messages set is an attribute of the class until it is set: a frame is made a hundred times a second.
    """

    kind: ClassVar[str]
    fields: ClassVar[tuple[str, ...]] = ()
    """Attributes beyond the properties; `ten.<field>` reaches them, and clones carry them."""
    source: Place = NOWHERE
    dests: tuple[Loc, ...] = ()
    conversion: Conversion | None = None
    """What the graph changes in the message before its receiver sees it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.properties: dict[str, Any] = {}

    def clone(self) -> Body:
        copy = type(self)(self.name)
        if self.properties:
            copy.properties = copy_tree(self.properties)
        for field in self.fields:
            setattr(copy, field, getattr(self, field))
        return copy


class BufferBody(Body):
    """A message with a byte buffer."""

    buffer: bytearray | None = None
    views: list[memoryview] | None = None
    """Views that are locked now; a message cannot be sent as long as there are any."""

    def clone(self) -> Body:
        copy = cast(BufferBody, super().clone())
        copy.buffer = None if self.buffer is None else self.buffer[:]
        return copy


class DataBody(BufferBody):
    kind = "data"


class AudioFrameBody(BufferBody):
    kind = "audio_frame"
    fields = (
        "timestamp",
        "sample_rate",
        "samples_per_channel",
        "bytes_per_sample",
        "number_of_channels",
        "data_fmt",
        "line_size",
        "eof",
    )
    timestamp = 0
    sample_rate = 0
    samples_per_channel = 0
    bytes_per_sample = 0
    number_of_channels = 0
    data_fmt = 1
    line_size = 0
    eof = False


class VideoFrameBody(BufferBody):
    kind = "video_frame"
    fields = ("width", "height", "timestamp", "pixel_fmt", "eof")
    width = 0
    height = 0
    timestamp = 0
    pixel_fmt = 2
    eof = False


class CmdBody(Body):
    """A command."""

    kind = "cmd"
    call: Call | None = None
    """The way back for its result: none before it is sent, and none in a clone."""


class StartGraphBody(CmdBody):
    fields = ("predefined_graph_name", "graph", "sync_stop_before_deinit")
    predefined_graph_name = ""
    graph: Any = None
    sync_stop_before_deinit = False


class StopGraphBody(CmdBody):
    fields = ("graph_id",)
    graph_id = ""


class TriggerLifeCycleBody(CmdBody):
    fields = ("stage",)
    stage = ""


BUILT_IN_COMMANDS: dict[str, type[CmdBody]] = {
    "ten:close_app": CmdBody,
    "ten:timer": CmdBody,
    "ten:start_graph": StartGraphBody,
    "ten:stop_graph": StopGraphBody,
    "ten:trigger_life_cycle": TriggerLifeCycleBody,
}


class ResultBody(Body):
    """A result of the command that `call` belongs to."""

    kind = "cmd_result"
    fields = ("status_code", "final", "call")
    status_code = 0
    final = True
    completed = False
    """Whether it is the last one of this send; only its sender sees that."""
    call: Call | None = None

    @classmethod
    def answer(cls, status_code: int, call: Call | None, detail: str = "") -> ResultBody:
        """A final result that the runtime itself gives."""
        result = cls("ten:result")
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
