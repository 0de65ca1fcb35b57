"""The addon cosyvoice_tts_python: CosyVoice in an environment of its own."""

from ten_extensions.common.addon import register

from .extension import CosyVoiceTtsExtension

register("cosyvoice_tts_python", __file__, CosyVoiceTtsExtension)
