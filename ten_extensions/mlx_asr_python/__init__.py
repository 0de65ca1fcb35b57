"""The addon mlx_asr_python: Whisper on the GPU of a Mac."""

from ten_extensions.common.addon import register

from .extension import MlxAsrExtension

register("mlx_asr_python", __file__, MlxAsrExtension)
