"""Which of LM Studio's models is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PREFERRED_MODELS = ("qwen3-30b-a3b",)
"""Answers about as well as a model of 30B and as fast as one of 3B, in English and Chinese; needs 17 GB at 4 bit."""
_THINKS = "thinking"
"""Part of the names of models that think before each answer, whom nobody wants to wait for."""


def find_preferred(preferred: Iterable[str], loaded: Sequence[str], downloaded: Sequence[str]) -> str:
    """The first of the preferred models that is there, rather a loaded one; empty if there is none.

    preferred: parts of names, such as qwen3-30b-a3b for qwen/qwen3-30b-a3b-2507; without regard to case
    """
    for part in preferred:
        found = [name for name in (*loaded, *downloaded) if part.casefold() in name.casefold()]
        found.sort(key=lambda name: _THINKS in name.casefold())  # stable: loaded ones stay first
        if found:
            return found[0]
    return ""
