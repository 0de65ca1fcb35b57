"""The addon openai_llm_python: a language model behind a server that speaks OpenAI's chat protocol."""

from ten_extensions.common.addon import register

from .extension import OpenAiLlmExtension

register("openai_llm_python", __file__, OpenAiLlmExtension)
