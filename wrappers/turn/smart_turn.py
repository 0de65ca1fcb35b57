"""End of turn by the sound of it: Smart Turn (version 3) from a file, with onnxruntime.

The model is a Whisper encoder that was tuned to tell, in many languages, whether someone has finished, by melody and
pace. The file is the user's: none comes with this project.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wrappers.audio import Samples
from wrappers.audio.samples import FULL_SCALE
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.turn.base import Said, Verdict
from wrappers.turn.whisper_features import HOP, MELS, RATE_HZ, log_mel
from wrappers.worker import Worker

HEARS_S = 8
INPUT = "input_features"
SHAPE = (MELS, HEARS_S * RATE_HZ // HOP)
"""Of the input, behind the number of recordings."""
LEAST_MS = 100
"""Less audio than this tells nothing."""
_VARIANCE_FLOOR = 1e-7
_WHERE = "fetch smart-turn-v3 from pipecat-ai on the Hugging Face hub, and name the .onnx file in params.path"


class SmartTurnModel:
    """A `TurnModel` that listens; about 0.1 s of one core for each question."""

    def __init__(self, path: Path) -> None:
        """path: a Smart Turn ONNX file"""
        self._path = path
        self._session: Any = None
        self._worker: Worker | None = None

    async def open(self) -> None:
        """See `TurnModel.open`."""
        self._worker = self._worker or Worker("smart turn")
        self._session = await self._worker.call(open_session, self._path)

    async def judge(self, said: Said) -> Verdict:
        """See `TurnModel.judge`; looks at nothing but the audio."""
        if len(said.audio) * 1000 < LEAST_MS * RATE_HZ:
            raise EngineFailed(
                "No audio of the turn has come. Connect the `pcm_frame` of the node vad to this node, as the graphs "
                "of property.json do."
            )
        assert self._worker is not None, "open it first"
        probability = await self._worker.call(self._run, said.audio)
        return Verdict("finished", probability) if probability >= 0.5 else Verdict("unfinished", 1 - probability)

    async def close(self) -> None:
        """See `TurnModel.close`."""
        self._session = None
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _run(self, audio: Samples) -> float:
        try:
            (answer, *_) = self._session.run(None, {INPUT: features_of(audio)[None]})
        except Exception as error:  # onnxruntime has many kinds of its own, without a common base
            raise EngineFailed(f"Smart Turn failed: {type(error).__name__}: {error}") from None
        probability = float(np.ravel(answer)[0])
        if not 0 <= probability <= 1:
            raise EngineFailed(f"{self._path} answers {probability:g}, where a probability belongs.")
        return probability


def features_of(audio: Samples) -> NDArray[np.float32]:
    """What the model hears of the last 8 s, float32 [80, 800]; shorter audio has silence before it.

    audio: int16 [n] at 16 kHz
    """
    length = HEARS_S * RATE_HZ
    last = audio[-length:].astype(np.float32) / FULL_SCALE
    waveform = np.pad(last, (length - len(last), 0))
    return log_mel((waveform - waveform.mean()) / np.sqrt(waveform.var() + _VARIANCE_FLOOR))


def open_session(path: Path) -> Any:
    """Load the model into onnxruntime; some 100 ms. raises EngineMissing for whatever is wrong with it"""
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineMissing(
            f"Smart Turn needs the Python package onnxruntime ({error})",
            'install it by `make run EXTRAS="smart_turn"`',
        ) from None
    file = path.expanduser()
    if not file.is_file():
        raise EngineMissing(f"there is no Smart Turn model at {file.absolute()}", _WHERE)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the conversation has other work for the cores
    options.log_severity_level = 4  # what is wrong comes as an exception, too
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # see _run
        text = " ".join(str(error).split())[:200]
        raise EngineMissing(f"{file} is no ONNX model that onnxruntime reads ({text})", _WHERE) from None
    inputs = {one.name: tuple(one.shape[1:]) for one in session.get_inputs()}
    if inputs != {INPUT: SHAPE}:
        raise EngineMissing(
            f"{file} is no Smart Turn model of version 3: it takes {inputs}, and not {INPUT} {SHAPE}", _WHERE
        )
    return session
