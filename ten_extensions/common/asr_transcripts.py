"""Makes `asr_result` out of what an engine says about an utterance."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from ten_extensions.common.messages import Json
from wrappers.asr import Final, Finish, Partial, Utterance, Word


@dataclass(frozen=True, slots=True)
class ReadyFinal:
    """A final that waits for its `asr_finalize`."""

    result: Json
    """Properties of the `asr_result`."""
    start_ms: int
    due_ms: int
    """When it is sent without having been asked for."""


class Transcripts:
    """Gives every utterance its id, and puts times on the capture clock."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self.model = ""
        """Of the engine; goes into `asr_info`."""
        self._number = 0
        self._id = ""
        self._text = ""
        self._language = ""
        self._end_ms = 0
        """Of the last final: finals do not overlap."""

    def id(self, utterance: Utterance) -> str:
        """Constant for the partials and the final of one utterance."""
        if utterance.number != self._number:
            self._number = utterance.number
            self._id = uuid.uuid4().hex
            self._text = ""
        return self._id

    def partial(self, utterance: Utterance, partial: Partial, until_ms: int, metadata: Json) -> Json | None:
        """Properties of a result that may be revised; None where there is nothing new to tell.

        until_ms: capture time up to which it was heard
        """
        result_id = self.id(utterance)
        if partial.text == self._text:
            return None
        self._text = partial.text
        self._language = partial.language
        start_ms = max(utterance.start_ms, self._end_ms)
        return {
            "id": result_id,
            "text": partial.text,
            "final": False,
            "start_ms": start_ms,
            "duration_ms": max(1, until_ms - start_ms),
            "language": partial.language,
            "words": [
                _word(word, utterance.audio_ms, stable=number < partial.stable_words)
                for number, word in enumerate(partial.words)
            ],
            "metadata": self._with_info(metadata, {"locked": False} | dict(partial.info)),
        }

    def final(self, finish: Finish, final: Final | None, metadata: Json) -> Json | None:
        """Properties of the last result of an utterance; None if it says nothing, and nothing has to be taken back.

        final: None where no engine could tell
        """
        utterance = finish.utterance
        result_id = self.id(utterance)
        final = final or Final("", self._language)
        if not final.text and not self._text:
            return None
        start_ms, end_ms = _bounds(finish, final)
        start_ms = max(start_ms, self._end_ms)
        self._end_ms = max(end_ms, start_ms + 1)
        info = {"locked": True, "confidence": round(final.confidence, 3), "compute_ms": final.compute_ms}
        return {
            "id": result_id,
            "text": final.text,
            "final": True,
            "start_ms": start_ms,
            "duration_ms": self._end_ms - start_ms,
            "language": final.language,
            "words": [_word(word, utterance.audio_ms, stable=True) for word in final.words],
            "metadata": self._with_info(metadata, info | dict(final.info)),
        }

    def _with_info(self, metadata: Json, info: Json) -> Json:
        return metadata | {"asr_info": {"vendor": self._vendor, "model": self.model} | info}


def _bounds(finish: Finish, final: Final) -> tuple[int, int]:
    """Where the speech of an utterance begins and ends. If nobody has marked that, its words tell."""
    utterance = finish.utterance
    if utterance.marked or not final.words:
        return utterance.start_ms, finish.end_ms
    last = final.words[-1]
    end_ms = utterance.audio_ms + last.start_ms + last.duration_ms
    return utterance.audio_ms + final.words[0].start_ms, min(finish.end_ms, end_ms)


def _word(word: Word, audio_ms: int, *, stable: bool) -> Json:
    return {
        "word": word.text,
        "start_ms": audio_ms + word.start_ms,
        "duration_ms": word.duration_ms,
        "stable": stable,
    }
