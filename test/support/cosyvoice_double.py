"""A process for tests of CosyVoice: the real requests and pipes around a model that hums, and dies on request.

    cosyvoice_double.py -m wrappers.cosyvoice_worker SETTINGS

so that a script which calls it may stand in for the interpreter of CosyVoice's environment. A text says what happens:
"long" 100 chunks, "die" a crash after the first chunk, "break" an error after it, "noise" what is no sound, "hang" no
chunk at all, "count" a sound that tells how many chunks the text before it has made.
"""

import os
import signal
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import numpy as np

from wrappers.child_loop import Refused
from wrappers.cosyvoice_worker.lane import Waveform
from wrappers.cosyvoice_worker.requests import answer_requests
from wrappers.cosyvoice_worker.settings import Settings

RATE_HZ = 16_000
CHUNK_SAMPLES = 16_000
"""More bytes than half a pipe."""


class Humming:
    """A `Backend`: the n-th chunk of a text has the value n / 1000."""

    sample_rate_hz = RATE_HZ
    made = 0

    def stream(self, text: str) -> Generator[Waveform, None, None]:
        if text.startswith("count"):
            yield np.full(self.made, 0.5, np.float32)
            return
        if text.startswith("hang"):
            threading.Event().wait()
        self.made = 0
        for number in range(100 if text.startswith("long") else 3):
            self.made += 1
            yield np.full(CHUNK_SAMPLES, np.nan if text.startswith("noise") else (number + 1) / 1000, np.float32)
            if text.startswith("die"):
                print("out of memory", file=sys.stderr, flush=True)
                os.kill(os.getpid(), signal.SIGABRT)
            if text.startswith("break"):
                raise RuntimeError("tensors do not fit")


def load() -> Humming:
    settings = Settings.from_json(sys.argv[-1])
    print("loading", file=sys.stderr, flush=True)
    with Path(settings.reference_audio).with_name("starts").open("a", encoding="utf-8") as starts:
        starts.write(f"{os.getpid()}\n")
    if settings.reference_text == "no weights":
        raise Refused("missing", "the model is incomplete")
    if settings.reference_text == "broken environment":
        os._exit(3)
    return Humming()


if __name__ == "__main__":
    answer_requests(load, chunk_timeout_s=1.0)
