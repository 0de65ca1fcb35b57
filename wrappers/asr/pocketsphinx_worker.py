"""The process in which PocketSphinx works: `python -m wrappers.asr.pocketsphinx_worker`.

It is a process because the decoder keeps the GIL while it finishes an utterance, long enough to be heard in the sound
path. Requests (see `wrappers.child_process`), each answered by one frame:

    open {grammar}        grammar: JSGF text, or "" for free dictation
    feed <s16le 16 kHz>   {text}
    pause                 {text}
    finish                {text, confidence, compute_ms, finish_ms, words: [[text, start_ms, duration_ms, confidence]]}
    reset
"""

from __future__ import annotations

import math
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

RATE_HZ = 16000
BYTES_PER_MS = 32
FRAME_MS = 10
BLOCK_BYTES = 100 * BYTES_PER_MS
"""How much the decoder is given at once."""
MAX_ACTIVE_MODELS = 5000
"""PocketSphinx would keep 30 000: noise then takes twice as long, and speech is not understood better."""
GRAMMAR = "grammar"

LISTEN_FIRST_MS = 600
"""Audio from which the mean spectrum is measured before the search begins."""
MEASURE_AGAIN_MS = 1400
"""The mean is measured again here, and at each pause; a search that began with a wrong one begins anew."""
MEASURE_UNTIL_MS = 4000
"""By then the mean has settled, and a new search would take too long."""
MEAN_MOVED = 6.0
"""Distance between two means from which the words differ. Between 0.6 s and the whole of a sentence it is 6-23."""


class Meter:
    """Measures the mean spectrum of audio, as PocketSphinx wants to know it for the search.

    Left alone, the decoder assumes that of an average voice, microphone and level for the first 8 s that it hears. On
    Flite's voices and read human speech that costs more than half of the words it gets wrong.
    """

    def __init__(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".dict") as words:
            words.write("a AH\n")
            words.flush()
            self._decoder = Decoder(samprate=RATE_HZ, loglevel="FATAL", lm=None, dict=words.name)
        # It has to search for something: for one word, which takes next to no time.
        self._decoder.add_jsgf_string("word", "#JSGF V1.0; grammar word; public <word> = a;")
        self._decoder.activate_search("word")

    def mean(self, pcm: bytes) -> str:
        """The mean as PocketSphinx writes it: numbers with commas between them."""
        self._decoder.reinit_feat()  # forget what was measured before
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, True, True)
        mean: str = self._decoder.get_cmn()
        self._decoder.end_utt()
        return mean


class Utterances:
    """Recognises one utterance after the other, each as it is spoken. The same audio always gives the same words."""

    def __init__(self, decoder: Decoder, meter: Meter) -> None:
        self._decoder = decoder
        self._meter = meter
        self._pcm = bytearray()
        self._searched = 0
        self._mean = ""
        """What the search began with; empty while there is none."""
        self._measured_ms = 0
        self._compute_s = 0.0

    def feed(self, pcm: bytes) -> str:
        """Take the next audio (s16le, 16 kHz); returns the text so far."""
        self._pcm += pcm
        if self._length_ms < LISTEN_FIRST_MS:
            return ""
        with self._timed():
            if not self._mean or self._measured_ms < MEASURE_AGAIN_MS <= self._length_ms:
                self._measure()
            return self._search()

    def pause(self) -> str:
        """Nothing is said for now: time to look back. Returns the text so far."""
        with self._timed():
            self._measure()
            return self._search()

    def finish(self) -> dict[str, Any]:
        """End the utterance; returns the fields of the answer."""
        before_s = self._compute_s
        with self._timed():
            if not self._mean or self._length_ms > self._measured_ms + LISTEN_FIRST_MS:  # there was no pause before
                self._measure()
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
        self._mean = ""
        self.reset()
        return answer

    def reset(self) -> None:
        """Drop the utterance."""
        if self._mean:
            self._decoder.end_utt()
        self._mean = ""
        self._measured_ms = 0
        self._compute_s = 0.0
        self._pcm.clear()
        self._searched = 0

    @property
    def _length_ms(self) -> int:
        return len(self._pcm) // BYTES_PER_MS

    def _measure(self) -> None:
        """Begin the search with the mean of what was heard, or begin it anew if that has moved."""
        if self._mean and self._length_ms > MEASURE_UNTIL_MS:
            return
        mean = self._meter.mean(bytes(self._pcm)) if self._pcm else "40,3,-1"
        self._measured_ms = self._length_ms
        if self._mean:
            if _distance(mean, self._mean) < MEAN_MOVED:
                return
            self._decoder.end_utt()
        self._mean = mean
        self._searched = 0
        self._decoder.reinit_feat()
        self._decoder.set_cmn(mean)
        self._decoder.start_utt()

    def _search(self) -> str:
        for start in range(self._searched, len(self._pcm), BLOCK_BYTES):
            self._decoder.process_raw(bytes(self._pcm[start : start + BLOCK_BYTES]), False, False)
        self._searched = len(self._pcm)
        hypothesis = self._decoder.hyp()
        return " ".join(spoken_words(hypothesis.hypstr.split())) if hypothesis else ""

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
    return [word for word in words if word and not re.fullmatch(r"<.*>|\[.*\]|\+\+.*\+\+|\(NULL\)", word)]


def _word(segment: Any) -> list[tuple[str, int, int, float]]:
    frames = segment.end_frame - segment.start_frame + 1
    confidence = round(min(1.0, max(0.0, segment.prob)), 3)
    return [
        (word, segment.start_frame * FRAME_MS, frames * FRAME_MS, confidence) for word in spoken_words([segment.word])
    ]


def _distance(mean: str, other: str) -> float:
    return math.dist([float(part) for part in mean.split(",")], [float(part) for part in other.split(",")])


def open_decoder(grammar: str) -> Decoder:
    """A decoder for free English dictation, or for the sentences of a JSGF grammar.

    raises Refused for a grammar that PocketSphinx cannot read
    """
    if not grammar:
        return Decoder(samprate=RATE_HZ, loglevel="FATAL", maxhmmpf=MAX_ACTIVE_MODELS)

    # Without the second pass over its lattice, which may take half a sentence for the likeliest, finals are whole ones.
    decoder = Decoder(samprate=RATE_HZ, loglevel="ERROR", lm=None, bestpath=False)

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
            self._utterances = Utterances(open_decoder(request.header["grammar"]), Meter())
            return None
        assert self._utterances is not None, "open comes first"
        match request.header["op"]:
            case "feed":
                return Frame({"text": self._utterances.feed(request.payload)})
            case "pause":
                return Frame({"text": self._utterances.pause()})
            case "finish":
                return Frame(self._utterances.finish())
            case "reset":
                self._utterances.reset()
                return None
        raise ValueError(f"unknown request {request.header['op']}")


if __name__ == "__main__":
    serve(_Server().handle)
