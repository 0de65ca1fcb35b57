"""Finds speech in the microphone's audio, on this machine."""

from ten_extensions.common.addon import register

from .extension import VadExtension

register("local_vad_python", __file__, VadExtension)
