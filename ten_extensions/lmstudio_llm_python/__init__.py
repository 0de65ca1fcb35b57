"""The addon lmstudio_llm_python: a language model in LM Studio."""

from ten_extensions.common.addon import register

from .extension import LmStudioLlmExtension

register("lmstudio_llm_python", __file__, LmStudioLlmExtension)
