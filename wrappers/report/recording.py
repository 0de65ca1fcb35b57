"""The conversation in stereo: the user on the left, the agent on the right, both on one time axis."""

from __future__ import annotations

import numpy as np

from wrappers.audio import Samples, WavWriter, samples_of_ms
from wrappers.report.track import Track
from wrappers.report.utterance import Role

CHANNELS = 2
MAX_LAG_MS = 2000
"""How long one side waits for the other; then its silence is taken for granted."""
BLOCK_MS = 1000
"""The most that is mixed at once, so that a long gap costs no memory."""


class Recording:
    """Feed the frames of both sides as they come. Blocking, for one thread; the file is whole after every call.

    writer: of two channels; its rate is that of all frames
    """

    def __init__(self, writer: WavWriter) -> None:
        self._writer = writer
        self._tracks: dict[Role, Track] = {"user": Track(writer.rate_hz), "agent": Track(writer.rate_hz)}
        self._written = 0

    def add(self, frames: list[tuple[Role, Samples, int]]) -> None:
        """Take frames as (side, int16 [n], ms since the start of the recording), and write what is complete.

        raises AudioFileError if the file cannot be written
        """
        for side, samples, time_ms in frames:
            self._tracks[side].put(samples, time_ms)
        ends = [track.end for track in self._tracks.values()]
        self._write(max(min(ends), max(ends) - samples_of_ms(MAX_LAG_MS, self._writer.rate_hz)))

    def close(self) -> None:
        """Write the rest and close the file. Raises AudioFileError."""
        try:
            self._write(max(track.end for track in self._tracks.values()))
        finally:
            self._writer.close()

    def _write(self, until: int) -> None:
        while self._written < until:
            block_end = min(until, self._written + samples_of_ms(BLOCK_MS, self._writer.rate_hz))
            user, agent = self._tracks["user"].take(block_end), self._tracks["agent"].take(block_end)
            self._written = block_end
            self._writer.write(np.column_stack((user, agent)))
        self._writer.flush()
