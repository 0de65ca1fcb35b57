"""Makes and reads TEN messages with plain Python values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from ten_runtime import AudioFrame, AudioFrameDataFmt, Cmd, CmdResult, Data, StatusCode
from ten_runtime.msg import Msg

Json: TypeAlias = dict[str, Any]

BYTES_PER_SAMPLE = 2
DEFAULT_RATE_HZ = 16000
"""What a frame has that does not say its rate: TEN's own test clients send such."""


@dataclass(frozen=True, slots=True)
class Pcm:
    """One frame of mono audio."""

    samples: npt.NDArray[np.int16]
    """int16 [n], a copy of the frame's own buffer"""
    rate_hz: int
    timestamp_ms: int
    """Time of the first sample on the app's clock; 0 when the sender does not know it."""
    metadata: Json


def make_data(name: str, /, **properties: Any) -> Data:
    """A data message with the given properties (JSON values)."""
    data = Data.create(name)
    data.set_property_from_json(None, json.dumps(properties, ensure_ascii=False))
    return data


def make_cmd(name: str, /, **properties: Any) -> Cmd:
    """A command with the given properties (JSON values)."""
    cmd = Cmd.create(name)
    cmd.set_property_from_json(None, json.dumps(properties, ensure_ascii=False))
    return cmd


def make_result(status: StatusCode, cmd: Cmd, **properties: Any) -> CmdResult:
    """The answer to a command, with the given properties (JSON values)."""
    result = CmdResult.create(status, cmd)
    result.set_property_from_json(None, json.dumps(properties, ensure_ascii=False))
    return result


def read(message: Msg) -> Json:
    """All properties of a message as plain values."""
    text, _ = message.get_property_to_json(None)
    properties = json.loads(text) if text else {}
    return properties if isinstance(properties, dict) else {}


def metadata_of(message: Msg) -> Json:
    """The property `metadata` of a message; empty where there is none or it is not an object."""
    text, error = message.get_property_to_json("metadata")
    metadata = json.loads(text) if error is None and text else {}
    return metadata if isinstance(metadata, dict) else {}


def make_pcm_frame(
    samples: npt.NDArray[np.int16], rate_hz: int, timestamp_ms: int, metadata: Json, name: str = "pcm_frame"
) -> AudioFrame:
    """A frame of mono audio.

    samples: int16 [n], n > 0
    timestamp_ms: time of the first sample on the app's clock
    """
    pcm = np.ascontiguousarray(samples, dtype="<i2").tobytes()
    frame = AudioFrame.create(name)
    frame.set_sample_rate(rate_hz)
    frame.set_bytes_per_sample(BYTES_PER_SAMPLE)
    frame.set_number_of_channels(1)
    frame.set_samples_per_channel(len(samples))
    frame.set_data_fmt(AudioFrameDataFmt.INTERLEAVE)
    frame.set_timestamp(timestamp_ms)
    frame.set_property_from_json("metadata", json.dumps(metadata, ensure_ascii=False))
    frame.alloc_buf(len(pcm))
    view = frame.lock_buf()
    view[:] = pcm
    frame.unlock_buf(view)
    return frame


def read_pcm(frame: AudioFrame) -> Pcm:
    """The audio of a frame as mono; a rate or channel count of 0 means 16 kHz mono, more channels are averaged.

    raises ValueError for a frame that does not hold whole 16-bit samples of all its channels
    """
    buffer = bytes(frame.get_buf())
    channels = frame.get_number_of_channels() or 1
    if frame.get_bytes_per_sample() not in (0, BYTES_PER_SAMPLE) or len(buffer) % (BYTES_PER_SAMPLE * channels):
        raise ValueError(
            f"{len(buffer)} bytes of {frame.get_bytes_per_sample() * 8}-bit audio with {channels} channels "
            "are not whole 16-bit samples"
        )
    samples = np.frombuffer(buffer, dtype="<i2")
    if channels > 1:
        interleaved = frame.get_data_fmt() != AudioFrameDataFmt.NON_INTERLEAVE
        by_channel = samples.reshape(-1, channels) if interleaved else samples.reshape(channels, -1).T
        samples = by_channel.mean(axis=1).astype(np.int16)
    return Pcm(samples, frame.get_sample_rate() or DEFAULT_RATE_HZ, frame.get_timestamp(), metadata_of(frame))
