"""Sound: files, rates, frames, the queue of what is played, and the devices behind it."""

from wrappers.audio.device_choice import DEFAULT, DeviceNotFound, choose_device
from wrappers.audio.devices import SIDE_NAMES, Device, Devices, Side, find_devices
from wrappers.audio.files import AudioFileError, AudioFileInfo, audio_files, describe_audio, read_audio
from wrappers.audio.framer import Frame, Framer
from wrappers.audio.history import AudioHistory
from wrappers.audio.hub import AudioHub, audio_hub
from wrappers.audio.low_delay import LowDelayResampler
from wrappers.audio.open_side import AudioDeviceError, Loudspeaker, Microphone
from wrappers.audio.playback import PlaybackEvent, PlaybackOptions, PlaybackQueue, PlaybackState
from wrappers.audio.playout import PlaybackNews, PlayedFrame
from wrappers.audio.resample import Resampler
from wrappers.audio.samples import ENGINE_RATE_HZ, Samples, ms_of_samples, samples_of_ms, silence
from wrappers.audio.sound_messages import (
    CapturedFrame,
    Counts,
    DeviceLost,
    DeviceOpened,
    FramesLost,
    HearsNothing,
    OpenDevice,
)
from wrappers.audio.wav_writer import WavWriter

__all__ = [
    "DEFAULT",
    "ENGINE_RATE_HZ",
    "SIDE_NAMES",
    "AudioDeviceError",
    "AudioFileError",
    "AudioFileInfo",
    "AudioHistory",
    "AudioHub",
    "CapturedFrame",
    "Counts",
    "Device",
    "DeviceLost",
    "DeviceNotFound",
    "DeviceOpened",
    "Devices",
    "Frame",
    "Framer",
    "FramesLost",
    "HearsNothing",
    "Loudspeaker",
    "LowDelayResampler",
    "Microphone",
    "OpenDevice",
    "PlaybackEvent",
    "PlaybackNews",
    "PlaybackOptions",
    "PlaybackQueue",
    "PlaybackState",
    "PlayedFrame",
    "Resampler",
    "Samples",
    "Side",
    "WavWriter",
    "audio_files",
    "audio_hub",
    "choose_device",
    "describe_audio",
    "find_devices",
    "ms_of_samples",
    "read_audio",
    "samples_of_ms",
    "silence",
]
