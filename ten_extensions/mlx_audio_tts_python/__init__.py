"""The addon mlx_audio_tts_python: any voice of mlx-audio."""

from ten_extensions.common.addon import register

from .extension import MlxAudioTtsExtension

register("mlx_audio_tts_python", __file__, MlxAudioTtsExtension)
