"""The requests that the process answers.

    open                      nothing while the model is loaded, then {rate_hz}
    speak {text}              many: {} with s16le samples; without samples while there is none yet

The model begins to load when the process starts, not when it is asked: a restart needs no one to wait for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import NoReturn

import numpy as np

from wrappers.child_frames import Frame
from wrappers.child_loop import Refused, serve
from wrappers.cosyvoice_worker.lane import Backend, Hangs, Lane, Waveform

LOAD_TIMEOUT_S = 1800.0
"""A model of 2 GB may have to be downloaded."""
CHUNK_TIMEOUT_S = 30.0
"""A model that computes one chunk for so long hangs, or is of no use in a conversation."""


def answer_requests(load: Callable[[], Backend], *, chunk_timeout_s: float = CHUNK_TIMEOUT_S) -> NoReturn:
    """Load a model and speak with it until the parent is gone."""
    lane = Lane(load)

    def handle(request: Frame) -> Iterator[Frame]:
        if request.header["op"] == "open":
            return _open(lane)
        return _speak(lane, request.header["text"], chunk_timeout_s)

    serve(handle)


def _open(lane: Lane) -> Iterator[Frame]:
    for rate_hz in lane.wait_for_load(LOAD_TIMEOUT_S):
        yield Frame({} if rate_hz is None else {"rate_hz": rate_hz})


def _speak(lane: Lane, text: str, timeout_s: float) -> Iterator[Frame]:
    chunks = lane.speak(text, timeout_s)
    try:
        for chunk in chunks:
            yield Frame() if chunk is None else Frame(payload=_pcm(chunk))
    except Hangs as problem:  # no thread can be ended from outside: the process ends, and is started again
        print(problem, file=sys.stderr, flush=True)
        os._exit(70)
    finally:
        chunks.close()


def _pcm(chunk: Waveform) -> bytes:
    if not np.isfinite(chunk).all():
        raise Refused("sound", "the model made sound that is no numbers")
    return np.clip(np.rint(chunk * 32768), -32768, 32767).astype("<i2").tobytes()
