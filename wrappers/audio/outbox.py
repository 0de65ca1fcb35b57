"""What the sound process has to tell, on its way to the app."""

from __future__ import annotations

import os
import threading
from collections import deque

from wrappers.audio.devices import Side
from wrappers.audio.playout import PlayedFrame
from wrappers.audio.sound_messages import CapturedFrame, FramesLost, Report, pack
from wrappers.child_frames import encode

MAX_FRAMES = 1000
"""Of each side: ten seconds. An app that stands still for longer hears zeros for the rest of it."""


class Outbox:
    """Takes reports from any thread at once, and writes them in order, however slowly they are read."""

    def __init__(self, descriptor: int) -> None:
        """descriptor: of a pipe to the app"""
        self._descriptor = descriptor
        self._reports: deque[Report] = deque()
        self._changed = threading.Condition()
        self._waiting: dict[Side, int] = {"input": 0, "output": 0}
        self._lost: dict[Side, int] = {"input": 0, "output": 0}

    def put(self, report: Report) -> None:
        """Have something written; of too many frames the later ones are only counted."""
        side = _side_of_frame(report)
        with self._changed:
            if side is not None:
                if self._waiting[side] >= MAX_FRAMES:
                    self._lost[side] += 1
                    return
                if self._lost[side]:
                    self._reports.append(FramesLost(side, self._lost[side]))
                    self._lost[side] = 0
                self._waiting[side] += 1
            self._reports.append(report)
            self._changed.notify()

    def write_all(self) -> None:
        """Write until nobody reads any more."""
        while True:
            with self._changed:
                while not self._reports:
                    self._changed.wait()
                report = self._reports.popleft()
                side = _side_of_frame(report)
                if side is not None:
                    self._waiting[side] -= 1
            data = memoryview(encode(pack(report)))
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except BrokenPipeError:
                return


def _side_of_frame(report: Report) -> Side | None:
    match report:
        case CapturedFrame():
            return "input"
        case PlayedFrame():
            return "output"
        case _:
            return None
