"""Models that do not fit into memory, known by what servers say about them."""

from __future__ import annotations

SMALLER_MODEL = "Take a smaller model or quantisation, or a shorter context."
_WORDS = (
    *("insufficient system resources", "not enough memory", "out of memory", "insufficient memory"),
    "requires more system memory",
)
"""Of LM Studio, and of Ollama."""


def is_too_large(text: str) -> bool:
    """Whether a server's error says that it has no room for the model."""
    return any(word in text.lower() for word in _WORDS)
