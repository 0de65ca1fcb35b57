"""Configuration of microphone and loudspeaker."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ten_extensions.common.audio_config import AudioConfig
from wrappers.audio import DEFAULT

DeviceWish = Annotated[str, BeforeValidator(lambda wish: str(wish) if isinstance(wish, int) else wish)]
"""A name, a part of one, a number (see --list-devices), or "default"."""


class LocalAudioConfig(AudioConfig):
    """Which devices the node hears and plays with, and how."""

    mode: Literal["input", "output", "duplex"]
    """`duplex` is both in one node; an app has one microphone and one loudspeaker either way."""

    input_device: DeviceWish = DEFAULT
    """The default follows the system's settings, also while the app runs. With Bluetooth headphones it is the built-in
    microphone: a headset that also listens falls to the quality of a telephone."""

    output_device: DeviceWish = DEFAULT
    """The default follows the system's settings, also while the app runs."""

    muted: bool = False
    """Whether the microphone gives silence until it is opened by the command `mute`: for push-to-talk."""

    input_buffer_ms: int = Field(default=40, ge=10, le=1000)
    """What the device keeps for us. A sound server hands sound over in larger pieces, later, where this is long."""

    output_buffer_ms: int = Field(default=80, ge=20, le=1000)
    """What the device has in advance. A flush cannot call it back; a busy machine underruns where it is short."""

    jitter_ms: int = Field(default=0, ge=0, le=5000)
    """Speech that is gathered before a request starts, or goes on after it ran dry. Our voices keep a margin of their
    own; one that comes in bursts over a network wants about 200."""

    volume_db: float = Field(default=0.0, le=0.0)
    """Loudness of the agent; what the echo canceller gets is as loud."""
