"""CosyVoice 2 and 3: a voice in a process and a Python environment of its own.

Its libraries need other versions of the packages that we use. The process is `wrappers/cosyvoice_worker`; what is said
between the two stands in its `requests.py`.
"""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wrappers.audio import Samples
from wrappers.audio.samples import SILENCE
from wrappers.child_frames import Frame
from wrappers.child_process import REPOSITORY, ChildDied, ChildError, ChildProcess
from wrappers.cosyvoice_worker.settings import Settings
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts.sentence_engine import SentenceEngine

MLX_PYTHON = REPOSITORY / ".venv-cosyvoice" / "bin" / "python"
"""What `make cosyvoice` makes."""
RATE_HZ = 24_000
"""Of both models; the process tells its own when it has loaded one."""
SILENCE_TIMEOUT_S = 60.0
"""The process gives a sign of life every 100 ms, and ends itself if the model hangs; imports may keep it for long."""
_DIED = "it is being started again"


@dataclass(frozen=True, slots=True)
class CosyVoiceOptions:
    """Which model, in which environment, with which voice."""

    settings: Settings
    python: str = ""
    """The interpreter of the environment that has the model's packages; "" = that of `make cosyvoice`, for mlx only."""


def check_cosyvoice(options: CosyVoiceOptions) -> None:
    """Raises EngineMissing where CosyVoice cannot run, as far as files tell. Quick: starts nothing."""
    python = Path(options.python or MLX_PYTHON)
    if not (python.is_file() and os.access(python, os.X_OK)) or (
        options.settings.backend == "torch" and not options.python
    ):
        raise _no_environment(options)
    if problem := options.settings.problem():
        raise EngineMissing(*problem)


def open_cosyvoice(options: CosyVoiceOptions) -> CosyVoiceVoice:
    """Start the process and wait until the model is loaded; it may download it first.

    raises EngineMissing, saying what mends it
    """
    check_cosyvoice(options)
    voice = CosyVoiceVoice(options)
    try:
        voice.load()
    except EngineFailed as problem:
        voice.close()
        mend = "see what it says; make cosyvoice makes the environment for MLX anew"
        raise EngineMissing(str(problem), mend) from None
    except BaseException:
        voice.close()
        raise
    return voice


class CosyVoiceVoice(SentenceEngine):
    """A `SpeechEngine`. A process that dies costs the text it was speaking: it is started again at once."""

    def __init__(self, options: CosyVoiceOptions) -> None:
        super().__init__()
        self.name = "CosyVoice"
        self.sample_rate_hz = RATE_HZ
        python = options.python or str(MLX_PYTHON)
        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
        arguments = [python, "-m", "wrappers.cosyvoice_worker", options.settings.to_json()]
        self._child = ChildProcess(arguments, name=self.name, environment={"PYTHONPATH": path})
        self._is_loaded = self._is_closed = False

    @property
    def pid(self) -> int | None:
        """Process id of the engine; None when it does not run."""
        return self._child.pid

    def load(self) -> None:
        """Start the process, if it does not run, and wait until the model is loaded. raises EngineFailed"""
        for _ in self._load():
            pass

    def close(self) -> None:
        """See `SpeechEngine.close`."""
        self._is_closed = True
        super().close()
        self._child.kill()

    def _speak(self, sentence: str, stop: threading.Event) -> Generator[Samples, None, None]:
        if not self._is_loaded:  # it died: most of the time it has been loading since then
            yield from self._load()
        for frame in self._ask({"op": "speak", "text": sentence}):
            yield np.frombuffer(frame.payload, "<i2").astype(np.int16)

    def _load(self) -> Generator[Samples, None, None]:
        """Yields silence of no length while it loads, so that whoever waits can leave."""
        if self._child.pid is None:
            self._start()
        for frame in self._ask({"op": "open"}):
            if rate_hz := frame.header.get("rate_hz"):
                self.sample_rate_hz = rate_hz
                self._is_loaded = True
            yield SILENCE

    def _ask(self, header: dict[str, str]) -> Generator[Frame, None, None]:
        try:
            with closing(self._child.stream(header, timeout_s=SILENCE_TIMEOUT_S)) as frames:
                yield from frames
        except ChildError as error:
            raise EngineFailed(f"CosyVoice could not do this: {error}") from None
        except ChildDied as error:
            if not self._is_closed:
                self._restart()
            raise EngineFailed(f"{error}; {_DIED}") from None

    def _restart(self) -> None:
        was_loaded, self._is_loaded = self._is_loaded, False
        if was_loaded:  # one that dies before it has spoken would do so for ever: the next text starts it
            self._start()

    def _start(self) -> None:
        try:
            self._child.start()
        except ChildDied as error:
            raise EngineFailed(str(error)) from None
        if self._is_closed:  # by another thread, just before
            self._child.kill()


def _no_environment(options: CosyVoiceOptions) -> EngineMissing:
    if options.python:
        return EngineMissing(
            f"params.python: {options.python} is no program", "give the bin/python of the environment with the model"
        )
    if options.settings.backend == "torch":
        return EngineMissing(
            "params.python is empty", "give the bin/python of the environment that the checkout's README sets up"
        )
    if platform.system() != "Darwin":
        return EngineMissing(
            "CosyVoice on MLX needs a Mac", "set params.backend to torch, with params.python and params.checkout"
        )
    return EngineMissing("the environment .venv-cosyvoice is not there", "make cosyvoice")
