"""Whisper of mlx-audio, read in short steps: a layer of the encoder or a token at a time."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from mlx_audio.stt.models.whisper.audio import N_FRAMES, N_SAMPLES, log_mel_spectrogram, pad_or_trim
from mlx_audio.stt.models.whisper.decoding import get_suppress_tokens
from mlx_audio.stt.models.whisper.tokenizer import LANGUAGES
from mlx_audio.stt.models.whisper.whisper import HFTokenizerWrapper
from numpy.typing import NDArray
from tokenizers import Tokenizer

from wrappers.audio import Samples
from wrappers.errors import EngineMissing

REPEATED_TOKENS = 4
_ANOTHER = "choose another model, or download it again"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a window says, as numbers."""

    language: str
    tokens: tuple[int, ...]
    """Of text, without any marks."""
    log_probability: float
    """Of all tokens together, with the one that ends them."""
    no_speech_probability: float
    token_probabilities: NDArray[np.float32]
    """[tokens]"""
    attention: NDArray[np.float32]
    """From the tokens, and the one that ends them, to the sound: [heads, tokens + 1, frames of 20 ms]."""


class WhisperTokens:
    """A tokenizer as mlx-audio wants it: with the names that transformers has for these things, but nothing of it."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._vocabulary = tokenizer.get_vocab(with_added_tokens=True)
        self.eos_token_id = self.unk_token_id = self._vocabulary.get("<|endoftext|>", 0)

    def get_vocab(self) -> dict[str, int]:
        return self._vocabulary

    def convert_tokens_to_ids(self, token: str) -> int:
        return self._vocabulary.get(token, self.unk_token_id)

    def encode(self, text: str, add_special_tokens: bool) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=add_special_tokens).ids)

    def decode(self, ids: Sequence[int], skip_special_tokens: bool) -> str:
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=skip_special_tokens))


class MlxWhisper:
    """A loaded model. All calls belong in the thread of MLX; tokenizers alone may be used anywhere."""

    def __init__(self, model: Any, tokens: WhisperTokens) -> None:
        """
        model: mlx-audio's Whisper `Model`
        raises EngineMissing where it lacks Whisper's marks
        """
        self._model = model
        self._tokens = tokens
        known = tokens.get_vocab()
        if not {"<|startoftranscript|>", "<|notimestamps|>", "<|0.00|>"} <= known.keys():
            raise EngineMissing("the tokenizer is not Whisper's", _ANOTHER)
        self._language_ids = {code: known[f"<|{code}|>"] for code in LANGUAGES if f"<|{code}|>" in known}
        self._multilingual = "<|transcribe|>" in known and len(self._language_ids) > 1
        self.languages = frozenset(self._language_ids if self._multilingual else ["en"])
        self._no_speech = known.get("<|nospeech|>", known.get("<|nocaptions|>"))
        self._forbidden = self._make_forbidden()

    @classmethod
    def load(cls, folder: Path) -> MlxWhisper:
        """Load weights and tokenizer; blocks for seconds. Raises EngineMissing for files that are another model's."""
        from mlx_audio.stt.utils import load_model

        try:
            with warnings.catch_warnings(action="ignore"):  # about a processor that is not needed
                model = load_model(folder)
            if mx.default_device() == mx.cpu:  # where half precision is slow
                model.set_dtype(mx.float32)
                model.dtype = mx.float32
            tokenizer = WhisperTokens(Tokenizer.from_file(str(folder / "tokenizer.json")))
            _check_shapes(model)
        except Exception as problem:  # several libraries, each with its own ways
            reason = str(problem).strip().split("\n")[0] or type(problem).__name__
            raise EngineMissing(f"{folder} does not hold Whisper for mlx-audio ({reason})", _ANOTHER) from problem
        return cls(model, tokenizer)

    def tokenizer(self, language: str) -> Any:
        """mlx-audio's, for one language."""
        return HFTokenizerWrapper(self._tokens, multilingual=self._multilingual, language=language)

    def read(
        self, samples: Samples, languages: Sequence[str], said: str, most_tokens: int, forbid_repeats: bool
    ) -> Iterator[Reading | None]:
        """Read a window: None after each step, and the reading at last.

        samples: int16 [n] at 16 kHz, at most 30 s
        languages: at least one; of several the likeliest one is taken
        said: what was said before, or might have been
        """
        heard = yield from self._hear(samples)
        language = languages[0]
        if len(languages) > 1 and self._multilingual:
            language = self._likeliest(heard, languages)
            yield None
        tokenizer = self.tokenizer(language)
        start = tokenizer.sot_sequence_including_notimestamps
        prompt = self._before(tokenizer, said) + list(start)
        logits, cache, _ = self._model.decoder(mx.array([prompt]), heard)
        no_speech = 0.0
        if self._no_speech is not None:
            at_start = mx.softmax(logits[0, len(prompt) - len(start)].astype(mx.float32))
            no_speech = float(at_start[self._no_speech])
        tokens: list[int] = []
        log_probability = 0.0
        while True:
            token, gain = self._choose(logits[0, -1], tokens, forbid_repeats)
            log_probability += gain
            if token == tokenizer.eot or len(tokens) == most_tokens:
                break
            tokens.append(token)
            yield None
            logits, cache, _ = self._model.decoder(mx.array([[token]]), heard, cache)
        yield None
        probabilities, attention = self._align(tokenizer, tokens, heard, len(samples))
        yield Reading(language, tuple(tokens), log_probability, no_speech, probabilities, attention)

    def _hear(self, samples: Samples) -> Generator[None, None, mx.array]:
        """The encoder, layer by layer; returns float [1, 1500, width]."""
        model = self._model
        sound = mx.array(samples.astype(np.float32) / 32768)
        spectrogram = log_mel_spectrogram(sound, n_mels=model.dims.n_mels)
        heard = pad_or_trim(spectrogram, N_FRAMES, axis=-2).astype(model.dtype)[None]
        encoder = model.encoder
        heard = nn.gelu(encoder.conv2(nn.gelu(encoder.conv1(heard)))) + encoder._positional_embedding
        for block in encoder.blocks:
            mx.eval(heard)
            yield
            heard = block(heard)[0]
        heard = encoder.ln_post(heard)
        mx.eval(heard)
        yield
        return heard

    def _likeliest(self, heard: mx.array, languages: Sequence[str]) -> str:
        known = [code for code in languages if code in self._language_ids] or list(languages[:1])
        start = mx.array([[self.tokenizer(known[0]).sot]])
        logits = np.array(self._model.decoder(start, heard)[0][0, 0].astype(mx.float32))
        return max(known, key=lambda code: float(logits[self._language_ids[code]]))

    def _before(self, tokenizer: Any, said: str) -> list[int]:
        """What was said before, as much of it as Whisper was trained with."""
        if not said.strip():
            return []
        return [tokenizer.sot_prev, *tokenizer.encode(f" {said.strip()}")[-(self._model.dims.n_text_ctx // 2 - 1) :]]

    def _choose(self, logits: mx.array, tokens: list[int], forbid_repeats: bool) -> tuple[int, float]:
        """The likeliest next token that is allowed, and its log-probability."""
        values = logits.astype(mx.float32) + self._forbidden[0 if tokens else 1]
        if forbid_repeats and (repeated := _would_repeat(tokens)):
            values[mx.array(sorted(repeated))] = -mx.inf
        token = mx.argmax(values)
        gain = values[token] - mx.logsumexp(values)
        return int(token), float(gain)

    def _make_forbidden(self) -> tuple[mx.array, mx.array]:
        """To be added to logits: for all tokens, and for the first one, which must not be blank."""
        tokenizer = self.tokenizer("en")
        size = self._model.dims.n_vocab
        mask = np.zeros(size, np.float32)
        mask[[token for token in get_suppress_tokens(tokenizer) if token < size]] = -np.inf
        mask[tokenizer.timestamp_begin :] = -np.inf
        first = mask.copy()
        first[[*tokenizer.encode(" "), tokenizer.eot]] = -np.inf
        masks = mx.array(mask), mx.array(first)
        mx.eval(masks)
        return masks

    def _align(
        self, tokenizer: Any, tokens: list[int], heard: mx.array, samples: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        start = tokenizer.sot_sequence_including_notimestamps
        line = mx.array([[*start, *tokens, tokenizer.eot]])
        logits, _, attention = self._model.decoder(line, heard)
        chances = mx.softmax(logits[0, len(start) - 1 : -2, : tokenizer.eot].astype(mx.float32), axis=-1)
        probabilities = mx.take_along_axis(chances, mx.array(tokens, mx.int32)[:, None], axis=1)[:, 0]
        frames = max(1, min(heard.shape[1], samples // (N_SAMPLES // heard.shape[1])))
        heads = mx.stack([attention[layer][0, head] for layer, head in self._model.alignment_heads.tolist()])
        weights = mx.softmax(heads[:, len(start) - 1 : -1, :frames].astype(mx.float32), axis=-1)
        return np.array(probabilities), np.array(weights)


def _check_shapes(model: Any) -> None:
    """mlx-audio takes weights of any shape. Raises ValueError for other ones than config.json tells."""
    dims = model.dims
    for found, expected in (
        (model.encoder.conv1.weight.shape, (dims.n_audio_state, 3, dims.n_mels)),
        (model.decoder.positional_embedding.shape, (dims.n_text_ctx, dims.n_text_state)),
    ):
        if tuple(found) != expected:
            raise ValueError(f"weights of shape {tuple(found)} where config.json says {expected}")


def _would_repeat(tokens: Sequence[int]) -> set[int]:
    """Tokens after which a phrase of REPEATED_TOKENS would have come twice."""
    last = tuple(tokens[len(tokens) - REPEATED_TOKENS + 1 :])
    if len(last) < REPEATED_TOKENS - 1:
        return set()
    phrases = (tokens[place : place + REPEATED_TOKENS] for place in range(len(tokens) - REPEATED_TOKENS + 1))
    return {phrase[-1] for phrase in phrases if tuple(phrase[:-1]) == last}
