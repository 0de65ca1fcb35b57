"""The addon mlx_llm_python: a language model in this process, on the GPU of a Mac."""

from ten_extensions.common.addon import register

from .extension import MlxLlmExtension

register("mlx_llm_python", __file__, MlxLlmExtension)
