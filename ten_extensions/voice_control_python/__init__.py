"""The addon voice_control_python."""

from ten_extensions.common.addon import register

from .extension import VoiceControlExtension

register("voice_control_python", __file__, VoiceControlExtension)
