"""The sound of a conversation: a file for each track, and both sides in stereo, all on one time axis."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from wrappers.audio import ENGINE_RATE_HZ, Samples, WavWriter, samples_of_ms
from wrappers.report.track import Track

TrackName = Literal["microphone", "clean_microphone", "speaker"]
"""What the microphone heard, the same after the echo suppressor where there is one, and what the agent said."""
Frame: TypeAlias = tuple[TrackName, Samples, int]
"""Track, int16 [n] at 16 kHz, ms since the start of the recording."""

CONVERSATION = "conversation.wav"
MAX_LAG_MS = 2000
"""How long one track waits for the others; then its silence is taken for granted."""
BLOCK_MS = 1000
"""The most that is mixed at once, so that a long gap costs no memory."""


def track_of(name: str, source: str, echo_node: str) -> TrackName | None:
    """The track to which an audio frame of the graph belongs, from its name and the node that sent it."""
    match name:
        case "playback_frame":
            return "speaker"
        case "pcm_frame":
            return "clean_microphone" if source == echo_node else "microphone"
    return None


class Recording:
    """Feed the frames of all tracks as they come. Blocking, for one thread; the files are whole after every call.

    folder: gets `<track>.wav` of each track: mono, 16 kHz, all with the same start and length; what nobody sent is
        silence
    conversation: the stereo file, the user on the left and the agent on the right; None: in the folder
    raises AudioFileError, here and in the methods, if a file cannot be written
    """

    def __init__(self, folder: Path, conversation: Path | None = None) -> None:
        self._folder = folder
        self._both = WavWriter(conversation or folder / CONVERSATION, ENGINE_RATE_HZ, channels=2)
        self._tracks: dict[TrackName, Track] = {}
        self._writers: dict[TrackName, WavWriter] = {}
        self._written = 0
        self._open("microphone")
        self._open("speaker")

    @property
    def bytes_written(self) -> int:
        """Of all files."""
        return 2 * self._written * (len(self._writers) + self._both.channels)

    def add(self, frames: list[Frame]) -> None:
        """Take frames, and write what is complete."""
        for name, samples, time_ms in frames:
            if name not in self._tracks:
                self._open(name)
            self._tracks[name].put(samples, time_ms)
        ends = [track.end for track in self._tracks.values()]
        self._write(max(min(ends), max(ends) - samples_of_ms(MAX_LAG_MS, ENGINE_RATE_HZ)))

    def sync(self) -> None:
        """Return when all that was written is on the disk itself."""
        for writer in (self._both, *self._writers.values()):
            writer.sync()

    def close(self) -> None:
        """Write the rest and close the files."""
        try:
            self._write(max(track.end for track in self._tracks.values()))
        finally:
            for writer in (self._both, *self._writers.values()):
                writer.close()

    def _open(self, name: TrackName) -> None:
        track = self._tracks[name] = Track(ENGINE_RATE_HZ)
        writer = self._writers[name] = WavWriter(self._folder / f"{name}.wav", ENGINE_RATE_HZ)
        writer.write(track.take(self._written))

    def _write(self, until: int) -> None:
        while self._written < until:
            self._written = min(until, self._written + samples_of_ms(BLOCK_MS, ENGINE_RATE_HZ))
            block = {name: track.take(self._written) for name, track in self._tracks.items()}
            for name, samples in block.items():
                self._writers[name].write(samples)
            self._both.write(np.column_stack((block["microphone"], block["speaker"])))
        for writer in (self._both, *self._writers.values()):
            writer.flush()
