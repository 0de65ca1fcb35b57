"""The frames that an engine's process and its parent exchange over two pipes.

A frame is two unsigned 32-bit big-endian lengths, then a JSON object (UTF-8), then raw bytes:

    header length | payload length | header | payload

The JSON says what it is; audio travels as payload, so that it is never encoded. Only the standard library is used here
and in `child_loop.py`: an engine may live in an environment of its own that has nothing of ours.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

MAX_HEADER_BYTES = 1 << 20
MAX_PAYLOAD_BYTES = 1 << 26
"""Longer than anything we send: a length beyond these means that something else wrote into the pipe."""

_LENGTHS = struct.Struct(">II")


class BrokenFrame(Exception):
    """The stream does not hold a frame where one should begin, or ends within one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message in either direction."""

    header: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""


def encode(frame: Frame) -> bytes:
    """The bytes of a frame. raises ValueError for one that is too long, TypeError for a header that is not JSON"""
    header = json.dumps(frame.header, ensure_ascii=False).encode()
    if len(header) > MAX_HEADER_BYTES or len(frame.payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"a frame with a header of {len(header)} and a payload of {len(frame.payload)} bytes")
    return _LENGTHS.pack(len(header), len(frame.payload)) + header + frame.payload


def read_frame(read: Callable[[int], bytes]) -> Frame | None:
    """Read one frame; None at the end of the stream.

    read: like `os.read`: blocks, returns at least one and at most that many bytes, or none at the end
    raises BrokenFrame
    """
    lengths = _read_exactly(read, _LENGTHS.size, end_is_fine=True)
    if not lengths:
        return None
    header_length, payload_length = _parse_lengths(lengths)
    header = _parse_header(_read_exactly(read, header_length))
    return Frame(header, _read_exactly(read, payload_length))


async def receive_frame(read_exactly: Callable[[int], Awaitable[bytes]]) -> Frame:
    """As `read_frame`, on an event loop.

    read_exactly: like that of `asyncio.StreamReader`; what it raises at the end of the stream is raised
    """
    header_length, payload_length = _parse_lengths(await read_exactly(_LENGTHS.size))
    header = _parse_header(await read_exactly(header_length))
    return Frame(header, await read_exactly(payload_length))


def _parse_lengths(lengths: bytes) -> tuple[int, int]:
    header_length, payload_length = _LENGTHS.unpack(lengths)
    if header_length > MAX_HEADER_BYTES or payload_length > MAX_PAYLOAD_BYTES:
        raise BrokenFrame(f"no frame begins with {lengths!r}")
    return header_length, payload_length


def _parse_header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except ValueError as error:
        raise BrokenFrame(f"a header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise BrokenFrame(f"a header is not an object: {header!r}")
    return header


def _read_exactly(read: Callable[[int], bytes], length: int, *, end_is_fine: bool = False) -> bytes:
    parts: list[bytes] = []
    missing = length
    while missing:
        part = read(missing)
        if not part:
            if end_is_fine and not parts:
                return b""
            raise BrokenFrame("the stream ends within a frame")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
