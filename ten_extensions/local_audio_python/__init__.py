"""Microphone and loudspeaker of this machine."""

from ten_extensions.common.addon import register

from .extension import LocalAudioExtension

register("local_audio_python", __file__, LocalAudioExtension)
