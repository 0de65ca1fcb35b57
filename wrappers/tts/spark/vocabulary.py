"""The tokens of Spark-TTS: text, and markers, which are looked up by name since their ids differ between models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from wrappers.errors import EngineMissing
from wrappers.tts.spark.rates import GLOBAL_CODES, SEMANTIC_CODES

_STYLE = re.compile(r"<\|(?:(?:start|end)_acoustic_token|\w+_(?:value|label)_\d+|(?:gender|age|emotion)_\d+)\|>")
"""Markers that may describe a voice in an acoustic prompt, before its global tokens."""
_MARKER = re.compile(r"<\||\|>")


class Vocabulary:
    """Text to ids, names of markers to ids."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """raises EngineMissing for a tokenizer without the markers of Spark-TTS"""
        self._tokenizer = tokenizer
        self.semantic = self.markers([f"<|bicodec_semantic_{code}|>" for code in range(SEMANTIC_CODES)])
        """Ids of the semantic tokens, by code."""
        self.globals = self.markers([f"<|bicodec_global_{code}|>" for code in range(GLOBAL_CODES)])
        """Ids of the global tokens, by code."""
        self.ends = self.markers(["<|im_end|>", "<|end_semantic_token|>"])
        """Ids that end speech."""
        named = tokenizer.get_vocab(with_added_tokens=True)
        self.styles = {token: name for name, token in named.items() if _STYLE.fullmatch(name)}
        """Names of the markers that describe a voice, by id."""

    @classmethod
    def load(cls, file: Path) -> Vocabulary:
        """Read tokenizer.json. Raises EngineMissing where it is none, or another model's."""
        try:
            tokenizer = Tokenizer.from_file(str(file))
        except Exception as problem:  # the library raises nothing more exact
            raise EngineMissing(f"{file} is not a tokenizer ({problem})", "download the model again") from None
        return cls(tokenizer)

    def marker(self, name: str) -> int:
        """The id of a marker, such as <|task_tts|>. Raises EngineMissing where the model does not have it."""
        return self.markers([name])[0]

    def markers(self, names: Sequence[str]) -> tuple[int, ...]:
        """The ids of several markers; raises EngineMissing as `marker` does."""
        ids = []
        for name in names:
            found = self._tokenizer.token_to_id(name)
            if found is None:
                what = f"the model has no token {name}, so it is not Spark-TTS"
                raise EngineMissing(what, "give a Spark-TTS model, such as mlx-community/Spark-TTS-0.5B-bf16")
            ids.append(found)
        return tuple(ids)

    def text(self, text: str) -> list[int]:
        """The ids of a text. What looks like a marker in it is read as text: nobody's words may end the prompt."""
        return list(self._tokenizer.encode(_MARKER.sub(" ", text), add_special_tokens=False).ids)

    def largest_id(self) -> int:
        """The largest id a prompt or an answer can have."""
        return max(self._tokenizer.get_vocab(with_added_tokens=True).values())
