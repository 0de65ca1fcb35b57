"""PocketSphinx: small, English, on the CPU, with its model in the package. A stop-gap where nothing better can run."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wrappers.asr.base import EngineMisconfigured, Final, Partial, Word
from wrappers.child_process import ChildDied, ChildError, ChildProcess
from wrappers.common_beginning import common_beginning
from wrappers.errors import EngineFailed, EngineMissing

LANGUAGE = "en-US"
OPEN_TIMEOUT_S = 60.0
FEED_TIMEOUT_S = 30.0
"""A child that is given the audio of a whole utterance again works on it for seconds."""


@dataclass(frozen=True)
class PocketSphinxOptions:
    grammar: str = ""
    """What can be said, as JSGF text or as the path of a file that holds it. Empty: free dictation."""


def missing() -> EngineMissing | None:
    """What keeps PocketSphinx from running here."""
    if importlib.util.find_spec("pocketsphinx") is not None:
        return None
    if sys.version_info[:2] == (3, 12):
        return EngineMissing("PocketSphinx has no package for Python 3.12", "use Python 3.13 or 3.11")
    return EngineMissing("the Python package pocketsphinx is not installed", "pip install pocketsphinx")


class PocketSphinxRecogniser:
    """Recognises English in a process of its own. Implements `wrappers.asr.Recogniser`.

    The search begins after 0.6 s of an utterance and often changes its mind about the newest words: a partial has those
    that two searches in a row have found.
    """

    vendor = "pocketsphinx"

    def __init__(self, options: PocketSphinxOptions = PocketSphinxOptions()) -> None:
        self._options = options
        self._child = ChildProcess.of_module("wrappers.asr.pocketsphinx_worker", name="PocketSphinx")
        self._closed = False
        self._begin()

    @property
    def model(self) -> str:
        return "en-us grammar" if self._options.grammar else "en-us"

    @property
    def pid(self) -> int | None:
        """Process id of the engine; None when it does not run."""
        return self._child.pid

    def open(self) -> None:
        """See `Recogniser.open`. Takes about 1 s."""
        if problem := missing():
            raise problem
        grammar = read_grammar(self._options.grammar)
        self._begin()
        try:
            self._child.start()
            if self._closed:  # by another thread, just before
                self._child.kill()
            self._child.request({"op": "open", "grammar": grammar}, timeout_s=OPEN_TIMEOUT_S)
        except ChildError as error:
            self._child.kill()
            if error.kind == "configuration":
                raise EngineMisconfigured(f"params.grammar: {error}") from None
            raise EngineFailed(f"PocketSphinx could not be loaded: {error}") from None
        except ChildDied as error:
            raise EngineFailed(str(error)) from None

    def feed(self, samples: npt.NDArray[np.int16]) -> Partial | None:
        """See `Recogniser.feed`."""
        text = self._search("feed", np.ascontiguousarray(samples, dtype="<i2").tobytes())
        return None if self._in_pause else self._partial(text)

    def pause(self) -> Partial | None:
        """See `Recogniser.pause`. Words that are found now and in the silence that follows are left to the final."""
        self._in_pause = True
        self._search("pause")
        return None

    def resume(self) -> None:
        """See `Recogniser.resume`. The search simply goes on."""
        self._in_pause = False

    def finish(self) -> Final:
        """See `Recogniser.finish`."""
        answer = self._ask("finish")
        self._begin()
        return Final(
            text=answer["text"],
            language=LANGUAGE,
            words=tuple(Word(*word) for word in answer["words"]),
            confidence=answer["confidence"],
            compute_ms=answer["compute_ms"],
            finish_ms=answer["finish_ms"],
        )

    def reset(self) -> None:
        """See `Recogniser.reset`."""
        self._begin()
        self._ask("reset")

    def close(self) -> None:
        """See `Recogniser.close`."""
        self._closed = True
        self._child.kill()

    def _begin(self) -> None:
        self._found: list[str] = []
        """By the last search."""
        self._text = ""
        self._in_pause = False

    def _search(self, operation: str, pcm: bytes = b"") -> str:
        """The words that this search and the one before have found."""
        found = self._ask(operation, pcm)["text"].split()
        agreed = found[: common_beginning(found, self._found)]
        self._found = found
        return " ".join(agreed)

    def _partial(self, text: str) -> Partial | None:
        if text in ("", self._text):
            return None
        self._text = text
        return Partial(text, LANGUAGE)

    def _ask(self, operation: str, pcm: bytes = b"") -> dict[str, Any]:
        try:
            return self._child.request({"op": operation}, pcm, timeout_s=FEED_TIMEOUT_S).header
        except (ChildDied, ChildError) as error:
            raise EngineFailed(str(error)) from None


def read_grammar(grammar: str) -> str:
    """The text of a grammar that is given as text or as a path.

    raises EngineMisconfigured for a path that cannot be read
    """
    if not grammar or grammar.lstrip().startswith("#JSGF"):
        return grammar
    path = Path(grammar).expanduser()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise EngineMisconfigured(
            f'params.grammar: "{grammar[:80]}" is neither JSGF text (it would begin with #JSGF) nor a file: {reason}'
        ) from None
