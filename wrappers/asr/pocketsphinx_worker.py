"""The process in which PocketSphinx works: `python -m wrappers.asr.pocketsphinx_worker`.

It is a process because the decoder keeps the GIL while it finishes an utterance, long enough to be heard in the sound
path. Requests (see `wrappers.child_process`), each answered by one frame:

    open {grammar}        grammar: JSGF text, or "" for free dictation
    feed <s16le 16 kHz>   {text}
    finish                {text, confidence, compute_ms, finish_ms, words: [[text, start_ms, duration_ms, confidence]]}
    reset
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pocketsphinx import Decoder

from wrappers.child_frames import Frame
from wrappers.child_loop import Refused, serve

BYTES_PER_MS = 32
FRAME_MS = 10
BLOCK_MS = 100
"""How much the decoder is given at once."""
LISTEN_FIRST_MS = 700
GRAMMAR = "grammar"


class Utterances:
    """Recognises one utterance after the other, each as it is spoken."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._waiting = bytearray()
        self._searching = False
        self._compute_s = 0.0

    def feed(self, pcm: bytes) -> str:
        """Take the next audio (s16le, 16 kHz); returns the text so far."""
        with self._timed():
            self._waiting += pcm
            if not self._searching and len(self._waiting) < LISTEN_FIRST_MS * BYTES_PER_MS:
                return ""
            self._search()
            hypothesis = self._decoder.hyp()
            return " ".join(spoken_words(hypothesis.hypstr.split())) if hypothesis else ""

    def finish(self) -> dict[str, Any]:
        """End the utterance; returns the fields of the answer."""
        before_s = self._compute_s
        with self._timed():
            self._search()
            self._decoder.end_utt()
            words = [word for segment in self._decoder.seg() or () for word in _word(segment)]
        answer = {
            "text": " ".join(word[0] for word in words),
            "confidence": round(sum(word[3] for word in words) / len(words), 3) if words else 0.0,
            "words": words,
            "compute_ms": round(self._compute_s * 1000),
            "finish_ms": round((self._compute_s - before_s) * 1000),
        }
        self._searching = False
        self._compute_s = 0.0
        return answer

    def reset(self) -> None:
        """Drop the utterance."""
        if self._searching:
            self._decoder.end_utt()
        self._searching = False
        self._compute_s = 0.0
        self._waiting.clear()

    def _search(self) -> None:
        if not self._searching:
            self._measure_mean()
            self._decoder.start_utt()
            self._searching = True
        block = BLOCK_MS * BYTES_PER_MS
        for start in range(0, len(self._waiting), block):
            self._decoder.process_raw(bytes(self._waiting[start : start + block]), False, False)
        self._waiting.clear()

    def _measure_mean(self) -> None:
        """Set the decoder's mean spectrum to that of the utterance's beginning, by a pass without search.

        Left alone, the decoder assumes an average voice, microphone and level for the first 8 s that it hears. On
        Flite's voices and on read human speech that costs more than half of the words it gets wrong.
        """
        self._decoder.reinit_feat()  # forgets the utterance before: the same audio always gives the same words
        if not self._waiting:
            return
        self._decoder.start_utt()
        self._decoder.process_raw(bytes(self._waiting), True, True)
        mean = self._decoder.get_cmn()
        self._decoder.end_utt()
        self._decoder.set_cmn(mean)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        start_s = time.perf_counter()
        try:
            yield
        finally:
            self._compute_s += time.perf_counter() - start_s


def spoken_words(tokens: list[str]) -> list[str]:
    """The words among PocketSphinx's tokens: without silence, noises, sentence marks, and numbers of pronunciations."""
    words = (re.sub(r"\(\d+\)$", "", token) for token in tokens)
    return [word for word in words if word and not re.fullmatch(r"<.*>|\[.*\]|\+\+.*\+\+", word)]


def _word(segment: Any) -> list[tuple[str, int, int, float]]:
    frames = segment.end_frame - segment.start_frame + 1
    confidence = round(min(1.0, max(0.0, segment.prob)), 3)
    return [
        (word, segment.start_frame * FRAME_MS, frames * FRAME_MS, confidence) for word in spoken_words([segment.word])
    ]


def open_decoder(grammar: str) -> Decoder:
    """A decoder for free English dictation, or for the sentences of a JSGF grammar.

    raises Refused for a grammar that PocketSphinx cannot read
    """
    if not grammar:
        return Decoder(samprate=16000, loglevel="FATAL")

    decoder = Decoder(samprate=16000, loglevel="ERROR", lm=None)

    def load() -> None:
        decoder.add_jsgf_string(GRAMMAR, grammar)
        decoder.activate_search(GRAMMAR)

    reasons = _errors_of(load)
    if reasons:
        raise Refused("configuration", "; ".join(reasons))
    return decoder


def _errors_of(action: Callable[[], None]) -> list[str]:
    """What the library writes to stderr as errors while `action` runs: its exceptions do not say why."""
    with tempfile.TemporaryFile() as log:
        sys.stderr.flush()
        stderr = os.dup(2)
        os.dup2(log.fileno(), 2)
        raised = ""
        try:
            action()
        except (ValueError, RuntimeError) as error:
            raised = str(error)
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
        log.seek(0)
        written = log.read().decode(errors="replace")
    texts = re.findall(r'^ERROR: "[^"]*", line \d+: (.*)$', written, flags=re.MULTILINE)
    reasons = [re.sub(r" at line \d+ current token.*", "", text).strip() for text in texts]
    return reasons or [raised] * bool(raised)


class _Server:
    def __init__(self) -> None:
        self._utterances: Utterances | None = None

    def handle(self, request: Frame) -> Frame | None:
        if request.header["op"] == "open":
            self._utterances = Utterances(open_decoder(request.header["grammar"]))
            return None
        assert self._utterances is not None, "open comes first"
        match request.header["op"]:
            case "feed":
                return Frame({"text": self._utterances.feed(request.payload)})
            case "finish":
                return Frame(self._utterances.finish())
            case "reset":
                self._utterances.reset()
                return None
        raise ValueError(f"unknown request {request.header['op']}")


if __name__ == "__main__":
    serve(_Server().handle)
