"""The addon system_tts_python: the voice that this machine has."""

from ten_extensions.common.addon import register

from .extension import SystemTtsExtension

register("system_tts_python", __file__, SystemTtsExtension)
