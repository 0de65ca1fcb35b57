"""The addon offline_llm_python: answers without a language model."""

from ten_extensions.common.addon import register

from .extension import OfflineLlmExtension

register("offline_llm_python", __file__, OfflineLlmExtension)
