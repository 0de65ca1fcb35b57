"""Servers that speak OpenAI's chat protocol, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Preset = Literal["lmstudio", "mlx", "ollama", "openai", "deepseek", "zhipu", "gemini", "custom"]


@dataclass(frozen=True, slots=True)
class ChatServer:
    """Where a server is, and what to tell a user when it is not."""

    title: str
    base_url: str
    mend: str
    """What to do if nothing answers."""
    key_variable: str = ""
    """The environment variable with the key; empty where none is needed."""
    model: str = ""
    """The default; empty = the first one that the server lists."""


_NETWORK = "Look at your network connection."

CHAT_SERVERS: dict[Preset, ChatServer] = {
    "lmstudio": ChatServer(
        "LM Studio",
        "http://127.0.0.1:1234/v1",
        "Start its server: in LM Studio under Developer, or by: lms server start",
    ),
    "mlx": ChatServer(
        "The mlx-lm server",
        "http://127.0.0.1:8080/v1",
        "Start it by: python -m mlx_lm server --model MODEL",
        model="default_model",
    ),
    "ollama": ChatServer("Ollama", "http://127.0.0.1:11434/v1", "Start it by: ollama serve"),
    "openai": ChatServer("OpenAI", "https://api.openai.com/v1", _NETWORK, "OPENAI_API_KEY", "gpt-4.1-mini"),
    "deepseek": ChatServer("DeepSeek", "https://api.deepseek.com/v1", _NETWORK, "DEEPSEEK_API_KEY", "deepseek-chat"),
    "zhipu": ChatServer("Zhipu", "https://open.bigmodel.cn/api/paas/v4", _NETWORK, "ZHIPUAI_API_KEY", "glm-4.5-flash"),
    "gemini": ChatServer(
        "Gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        _NETWORK,
        "GEMINI_API_KEY",
        "gemini-2.5-flash",
    ),
    "custom": ChatServer("The chat server", "", "Start it, or set params.base_url to where it is."),
}
"""Default models of cloud services go out of date; `params.model` names another one."""


def is_local(base_url: str) -> bool:
    """Whether a URL means this machine, which no proxy can reach."""
    return urlsplit(base_url).hostname in ("localhost", "127.0.0.1", "::1")
