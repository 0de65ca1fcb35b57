"""Reads recordings of any common kind as one stream of mono 16-bit samples, without loading them whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import soundfile

from wrappers.audio.resample import Resampler
from wrappers.audio.samples import ENGINE_RATE_HZ, SILENCE, Samples, samples_of_ms, to_int16

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".caf")
"""What counts as audio in a folder. A file that is named itself may be called anything."""

KINDS = "WAV, FLAC, OGG, MP3 and AIFF files work"


class AudioFileError(Exception):
    """A file cannot be read or written as audio; the text names the file and the reason, ready to show to a user."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


@dataclass(frozen=True, slots=True)
class AudioFileInfo:
    """What the header of a recording says."""

    rate_hz: int
    channels: int
    duration_ms: int


def audio_files(path: Path) -> list[Path]:
    """The recordings that `path` means: the file itself, or the audio files of a folder in the order of their names.

    raises AudioFileError if there is nothing there, or no audio file in the folder
    """
    path = path.expanduser()
    try:
        if not path.is_dir():
            path.stat()
            return [path]
        found = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.name[0] != ".")
    except OSError as error:
        raise AudioFileError(path, _os_reason(error)) from None
    if not found:
        raise AudioFileError(path, f"this folder holds no audio file ({', '.join(SUFFIXES)})")
    return found


def describe_audio(path: Path) -> AudioFileInfo:
    """Look at the header of one file. Raises AudioFileError if the file cannot be read as audio."""
    with _open(path) as file:
        return AudioFileInfo(file.samplerate, file.channels, round(file.frames * 1000 / file.samplerate))


def read_audio(path: Path, rate_hz: int = ENGINE_RATE_HZ, block_ms: int = 500) -> Iterator[Samples]:
    """Stream one file as mono blocks; channels are averaged, the rate is converted once over the whole file.

    block_ms: about how much audio one block holds, which is all that is in memory at a time
    returns: int16 [n] blocks at rate_hz, n > 0
    raises AudioFileError if it cannot be read as audio; a file that is damaged further on gives its first part before
    """
    with _open(path) as file:
        resampler = Resampler(file.samplerate, rate_hz, "best")
        block_frames = max(1, samples_of_ms(block_ms, file.samplerate))
        frames_read = 0
        while True:
            try:
                block = file.read(block_frames, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                second = frames_read / file.samplerate
                raise AudioFileError(path, f"damaged after {second:.1f} s ({_reason(error)})") from None
            if not len(block):
                break
            frames_read += len(block)
            samples = resampler.push(to_int16(block.mean(axis=1)))
            if len(samples):
                yield samples
        tail = resampler.flush() if frames_read else SILENCE
        if len(tail):
            yield tail
        if not frames_read:
            raise AudioFileError(path, "holds no samples")


def _open(path: Path) -> soundfile.SoundFile:
    path = path.expanduser()
    try:
        if path.is_dir():
            raise AudioFileError(path, "this is a folder, not an audio file")
        if not path.is_file():
            path.stat()
            raise AudioFileError(path, "this is not a regular file")
        with path.open("rb") as raw:
            head = raw.read(12)
    except OSError as error:
        raise AudioFileError(path, _os_reason(error)) from None
    if not head:
        raise AudioFileError(path, "this file is empty (0 bytes)")
    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        if head[:4] in (b"RIFF", b"fLaC", b"OggS", b"FORM"):
            raise AudioFileError(path, f"the header is damaged or cut off ({_reason(error)})") from None
        raise AudioFileError(path, f"this is not an audio file that can be read here; {KINDS}") from None
    if file.frames == 0:
        file.close()
        raise AudioFileError(path, "holds no samples")
    return file


def _reason(error: soundfile.LibsndfileError) -> str:
    return str(error.error_string).strip().rstrip(".")


def _os_reason(error: OSError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "no such file or folder"
        case PermissionError():
            return "reading is not permitted"
        case _:
            return f"cannot be read ({error.strerror or error})"
