"""Parakeet of mlx-audio (NVIDIA's token-and-duration transducer) in short steps: the encoder, then token by token."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from mlx_audio.stt.models.parakeet import tokenizer as pieces

from wrappers.asr.base import RATE_HZ
from wrappers.asr.stable_prefix import TimedWord
from wrappers.asr.windows import Decoded
from wrappers.audio import Samples
from wrappers.errors import EngineMissing

_EUROPEAN = "bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro ru sk sl es sv uk"
_ONE_LANGUAGE_PIECES = 4096
"""The English models have 1024 pieces of words, the European ones 8192."""
_ANOTHER = "choose another model, such as mlx-community/parakeet-tdt-0.6b-v3"
_LEAST_S = 0.1
"""Shorter sound is lengthened by silence: the encoder needs some frames."""


class MlxParakeet:
    """A loaded model. All calls belong in the thread of MLX."""

    def __init__(self, model: Any) -> None:
        """model: mlx-audio's `ParakeetTDT`; raises EngineMissing for another one"""
        self._model = model
        if not hasattr(model, "durations"):
            raise EngineMissing("this Parakeet is not one that predicts tokens and durations (TDT)", _ANOTHER)
        several = len(model.vocabulary) > _ONE_LANGUAGE_PIECES
        self.languages = frozenset(_EUROPEAN.split() if several else ["en"])
        config = model.preprocessor_config
        self._frame_s = model.encoder_config.subsampling_factor * config.hop_length / config.sample_rate

    @classmethod
    def load(cls, folder: Path) -> MlxParakeet:
        """Load the weights; blocks for seconds. Raises EngineMissing for files that are another model's."""
        from mlx_audio.stt.utils import load_model

        try:
            model = load_model(folder, model_type="parakeet")
        except Exception as problem:  # several libraries, each with its own ways
            reason = str(problem).strip().split("\n")[0] or type(problem).__name__
            raise EngineMissing(f"{folder} does not hold Parakeet for mlx-audio ({reason})", _ANOTHER) from problem
        return cls(model)

    def read(self, samples: Samples, language: str) -> Iterator[Decoded | None]:
        """Read a window: None after each step, and at last what it says.

        samples: int16 [n] at 16 kHz, n > 0
        language: what it is in; the model does not tell
        """
        model = self._model
        features, frames = yield from self._hear(samples)
        prediction = model.decoder.prediction
        state = model._make_initial_decoder_state(1, features.dtype)
        words: list[TimedWord] = []
        last, place, standing, count, log_probability = model.blank_id, 0, 0, 0, 0.0
        while place < frames:
            token = mx.array([[last]], mx.int32)
            embedded = prediction["embed"](token) * (token != model.blank_id)[..., None]
            said, following = prediction["dec_rnn"](embedded, state)
            logits = model.joint(features[:, place : place + 1], said.astype(features.dtype))[0, 0, 0]
            tokens = logits[: model.blank_id + 1].astype(mx.float32)
            chosen, chance = mx.argmax(tokens), mx.max(tokens) - mx.logsumexp(tokens)
            duration = mx.argmax(logits[model.blank_id + 1 :])
            mx.eval(chosen, chance, duration, following)
            steps = model.durations[int(duration)]
            if int(chosen) != model.blank_id:
                last, state = int(chosen), following
                count, log_probability = count + 1, log_probability + float(chance)
                self._add(words, last, float(mx.exp(chance)), place, max(1, steps))
            standing = standing + 1 if steps == 0 else 0
            if standing and model.max_symbols is not None and standing >= model.max_symbols:
                steps, standing = 1, 0
            place += steps
            yield None
        mean = log_probability / count if count else 0.0
        yield Decoded(tuple(words), language, mean, 0.0, count)

    def _hear(self, samples: Samples) -> Generator[None, None, tuple[mx.array, int]]:
        sound = np.zeros(max(len(samples), round(_LEAST_S * RATE_HZ)), np.float32)
        sound[: len(samples)] = samples.astype(np.float32) / 32768
        spectrogram = self._model._log_mel_spectrogram(mx.array(sound))
        features, lengths = self._model.encoder(spectrogram)
        mx.eval(features, lengths)
        yield
        return features, int(lengths[0])

    def _add(self, words: list[TimedWord], token: int, chance: float, place: int, steps: int) -> None:
        """A piece that begins with a space begins a word; others belong to the word before."""
        text = pieces.decode([token], self._model.vocabulary)
        start_ms, end_ms = (round(1000 * self._frame_s * frame) for frame in (place, place + steps))
        if text and words and not text.startswith(" "):
            before = words.pop()
            confidence = min(before.confidence, chance)
            words.append(TimedWord(before.text + text, before.start_ms, end_ms, round(confidence, 3)))
        elif text:
            words.append(TimedWord(text, start_ms, end_ms, round(chance, 3)))
