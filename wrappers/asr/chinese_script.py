"""Writes Chinese the way its reader does: Whisper mixes simplified and traditional characters as it likes."""

from __future__ import annotations

import importlib.util
from typing import Any, Literal

from wrappers.errors import EngineMissing

ChineseScript = Literal["simplified", "traditional", "as_heard"]

_CONVERSIONS = {"simplified": "t2s", "traditional": "s2t"}


def missing(script: ChineseScript) -> EngineMissing | None:
    """What keeps text from being written in a script."""
    if script == "as_heard" or importlib.util.find_spec("opencc") is not None:
        return None
    return EngineMissing("the Python package opencc is not installed", 'install it by `make run EXTRAS="whisper"`')


class ChineseWriter:
    """Converts with OpenCC. Other languages' texts go through unchanged."""

    def __init__(self, script: ChineseScript) -> None:
        """raises EngineMissing"""
        if problem := missing(script):
            raise problem
        self._converter: Any = None
        if script != "as_heard":
            import opencc

            self._converter = opencc.OpenCC(_CONVERSIONS[script])

    def write(self, text: str, language: str) -> str:
        """The text in the chosen script, if its language is `zh` or `yue`."""
        if self._converter is None or language not in ("zh", "yue"):
            return text
        converted: str = self._converter.convert(text)
        return converted
