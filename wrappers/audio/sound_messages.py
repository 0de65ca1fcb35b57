"""What the app and its sound process say to each other, and how it becomes frames of two pipes (`child_frames`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from wrappers.audio.devices import Side
from wrappers.audio.playback import PlaybackEvent
from wrappers.audio.playout import PlaybackNews, PlayedFrame
from wrappers.audio.samples import SILENCE, Samples
from wrappers.child_frames import Frame


@dataclass(frozen=True, slots=True)
class OpenDevice:
    """Use a device for one side, from now on. Answered by DeviceOpened, OpenFailed, or DeviceLost if it waits."""

    side: Side
    wish: str
    """As in `choose_device`."""
    buffer_ms: int
    """Length of the device's buffer."""
    start_ms: float | None = None
    """Time of the first frame, where there were frames before; zeros fill the time since then."""
    wait: bool = False
    """Whether to wait for a device if there is none."""
    jitter_ms: int = 0
    volume_db: float = 0
    """For an output, see PlaybackOptions."""


@dataclass(frozen=True, slots=True)
class CloseDevice:
    """Give the device back. Answered by Done."""

    side: Side
    number: int


@dataclass(frozen=True, slots=True)
class BeginRequest:
    """As PlaybackQueue.begin."""

    request_id: str
    epoch: int | None
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PushAudio:
    """As PlaybackQueue.push."""

    request_id: str
    epoch: int | None
    metadata: Mapping[str, Any]
    rate_hz: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class FinishRequest:
    """As PlaybackQueue.finish."""

    request_id: str
    epoch: int | None
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Flush:
    """As PlaybackQueue.flush; answered by Done, after the news that it makes. So are the other three."""

    min_epoch: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Duck:
    gain_db: float
    ramp_ms: float
    number: int


@dataclass(frozen=True, slots=True)
class Pause:
    number: int


@dataclass(frozen=True, slots=True)
class Resume:
    ramp_ms: float
    number: int


@dataclass(frozen=True, slots=True)
class Done:
    """An order was carried out."""

    number: int


@dataclass(frozen=True, slots=True)
class CapturedFrame:
    """10 ms from the microphone at 16 kHz."""

    samples: Samples
    time_ms: int
    """When the first sample was at the microphone."""


@dataclass(frozen=True, slots=True)
class FramesLost:
    """The app did not fetch frames for many seconds: so many are missing before the next one of this side."""

    side: Side
    count: int


@dataclass(frozen=True, slots=True)
class DeviceOpened:
    """A device is in use, for the first time or again."""

    side: Side
    name: str
    rate_hz: int
    latency_ms: float
    """From the microphone to us, or from us to the ear, as far as the system knows."""
    wished: bool = True
    """False: the named device is not there, this one stands in for it."""


@dataclass(frozen=True, slots=True)
class OpenFailed:
    """There is no such device, or it cannot be used."""

    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A device is gone. Frames of zeros go on, what is to be played waits; DeviceOpened follows when one is there."""

    side: Side
    name: str
    """Empty if there was none from the start."""
    reason: str
    slept: bool = False
    """The whole machine was asleep."""


@dataclass(frozen=True, slots=True)
class HearsNothing:
    """The microphone has given nothing but exact zeros for seconds."""

    name: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What went wrong so far on one side; sent when a number changes, at most once a second."""

    side: Side
    counts: Mapping[str, int] = field(default_factory=dict)
    """input: overflows, lost_ms, filled_ms; output: underruns, dropped_samples, device_underruns"""


Order: TypeAlias = OpenDevice | CloseDevice | BeginRequest | PushAudio | FinishRequest | Flush | Duck | Pause | Resume
Report: TypeAlias = (
    Done
    | CapturedFrame
    | PlayedFrame
    | PlaybackNews
    | FramesLost
    | DeviceOpened
    | OpenFailed
    | DeviceLost
    | HearsNothing
    | Counts
)

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for union in (Order, Report) for kind in getattr(union, "__args__", ())
}


def pack(message: Order | Report) -> Frame:
    """The pipe's frame for a message: `samples` are the payload, everything else is JSON."""
    header = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    samples = header.pop("samples", SILENCE)
    if isinstance(message, PlaybackNews):
        header["event"] = dataclasses.asdict(message.event)
    return Frame({"kind": type(message).__name__} | header, samples.astype("<i2").tobytes())


def unpack(frame: Frame) -> Any:
    """The message in a frame. Raises KeyError or TypeError for a frame that was not made by `pack`."""
    header = dict(frame.header)
    kind = _KINDS[header.pop("kind")]
    if "samples" in kind.__dataclass_fields__:
        header["samples"] = np.frombuffer(frame.payload, "<i2")
    if kind is PlaybackNews:
        header["event"] = PlaybackEvent(**header["event"])
    return kind(**header)
