"""Sound: files, rates, frames and the queue of what is played."""

from wrappers.audio.files import AudioFileError, AudioFileInfo, audio_files, describe_audio, read_audio
from wrappers.audio.framer import Frame, Framer
from wrappers.audio.playback import PlaybackEvent, PlaybackOptions, PlaybackQueue, PlaybackState
from wrappers.audio.resample import Resampler
from wrappers.audio.samples import ENGINE_RATE_HZ, Samples, ms_of_samples, samples_of_ms
from wrappers.audio.wav_writer import WavWriter

__all__ = [
    "ENGINE_RATE_HZ",
    "AudioFileError",
    "AudioFileInfo",
    "Frame",
    "Framer",
    "PlaybackEvent",
    "PlaybackOptions",
    "PlaybackQueue",
    "PlaybackState",
    "Resampler",
    "Samples",
    "WavWriter",
    "audio_files",
    "describe_audio",
    "ms_of_samples",
    "read_audio",
    "samples_of_ms",
]
