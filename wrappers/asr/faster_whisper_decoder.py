"""Whisper on the CPU through faster-whisper: one model, one window at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wrappers.asr.base import RATE_HZ
from wrappers.asr.stable_prefix import TimedWord
from wrappers.asr.windows import Decoded, most_tokens
from wrappers.audio import Samples
from wrappers.errors import EngineFailed, EngineMissing

TYPICAL_TOKENS = 24
"""Of a sentence of five seconds."""
REPEATED_TOKENS = 4
LEAST_FRAMES = 20
"""Of 10 ms; words cannot be found in less."""
_BEFORE_WORDS = "\"'“¿([{-"
_AFTER_WORDS = "\"'.。,，!！?？:：”)]}、"


@dataclass(frozen=True)
class DecoderOptions:
    compute_type: str = "int8"
    """How CTranslate2 computes; int8 is the fastest on a CPU."""
    cpu_threads: int = 4
    """Threads of one decode. More than the fast cores of the machine slow it down."""
    hot_words: str = ""
    """Names and terms that are likely to be said."""
    initial_prompt: str = ""
    """A text in the style of the transcripts, as if it had been said before."""


class FasterWhisperDecoder:
    """Implements `wrappers.asr.WindowDecoder`."""

    def __init__(self, folder: Path, name: str, options: DecoderOptions = DecoderOptions()) -> None:
        """Load the model of a folder that `check_model_folder` has found whole. Takes 0.1 to 3 s.

        raises EngineMissing where it cannot be loaded after all
        """
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        self.model = name
        self._options = options
        try:
            self._whisper: Any = WhisperModel(
                str(folder),
                device="cpu",
                compute_type=options.compute_type,
                cpu_threads=options.cpu_threads,
                local_files_only=True,
            )
        except Exception as problem:  # the library raises RuntimeError, ValueError and bare Exception
            reason = str(problem).strip().split("\n")[0] or type(problem).__name__
            mend = f"delete that folder and get the model again: python -m wrappers.asr download {name}"
            raise EngineMissing(f"the Whisper model in {folder} cannot be loaded ({reason})", mend) from None
        self._multilingual: bool = self._whisper.model.is_multilingual
        self.languages = frozenset(self._whisper.supported_languages)
        self._new_tokenizer = lambda language: Tokenizer(
            self._whisper.hf_tokenizer, self._multilingual, task="transcribe", language=language
        )
        self._tokenizers: dict[str, Any] = {}

    def decode(
        self,
        samples: Samples,
        languages: tuple[str, ...],
        beam_size: int,
        before: str = "",
        forbid_repeats: bool = False,
    ) -> Decoded:
        """See `WindowDecoder.decode`."""
        try:
            heard, frames = self._encode(samples)
            language = languages[0] if len(languages) == 1 else self._likeliest(heard, languages)
            tokenizer = self._tokenizer(language)
            prompt = self._prompt(tokenizer, before)
            result = self._whisper.model.generate(
                heard,
                [prompt],
                beam_size=beam_size,
                max_length=min(self._whisper.max_length, len(prompt) + most_tokens(samples)),
                no_repeat_ngram_size=REPEATED_TOKENS if forbid_repeats else 0,
                return_scores=True,
                return_no_speech_prob=True,
            )[0]
            tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
            count = len(result.sequences_ids[0])
            words = self._words(tokens, tokenizer, heard, frames, len(samples) / RATE_HZ)
        except (RuntimeError, ValueError) as problem:
            raise EngineFailed(f"Whisper failed: {problem}") from None
        mean = float(result.scores[0]) * count / (count + 1)
        return Decoded(words, language, mean, float(result.no_speech_prob), count)

    def time_decode_ms(self, beam_size: int) -> int:
        """See `WindowDecoder.time_decode_ms`. The second of two decodes of as many tokens as a sentence has."""
        took_s = 0.0
        tokenizer = self._tokenizer("en" if "en" in self.languages else min(self.languages))
        prompt = self._prompt(tokenizer, "")
        noise = np.random.default_rng(1).normal(0, 1000, 5 * RATE_HZ).astype(np.int16)
        for _ in range(2):
            start_s = time.perf_counter()
            heard, _frames = self._encode(noise)
            self._whisper.model.generate(
                heard,
                [prompt],
                beam_size=beam_size,
                max_length=len(prompt) + TYPICAL_TOKENS,
                suppress_tokens=[tokenizer.eot],  # so that it goes on, whatever it makes of the noise
            )
            took_s = time.perf_counter() - start_s
        return round(took_s * 1000)

    def _encode(self, samples: Samples) -> tuple[Any, int]:
        from faster_whisper.audio import pad_or_trim

        features = self._whisper.feature_extractor(samples.astype(np.float32) / 32768)
        frames = min(max(LEAST_FRAMES, features.shape[-1] - 1), self._whisper.feature_extractor.nb_max_frames)
        return self._whisper.encode(pad_or_trim(features[:, :frames])), frames

    def _likeliest(self, heard: Any, languages: tuple[str, ...]) -> str:
        if not self._multilingual:
            return languages[0]
        ranked = self._whisper.model.detect_language(heard)[0]
        return next((token[2:-2] for token, _ in ranked if token[2:-2] in languages), languages[0])

    def _tokenizer(self, language: str) -> Any:
        if language not in self._tokenizers:
            self._tokenizers[language] = self._new_tokenizer(language)
        return self._tokenizers[language]

    def _prompt(self, tokenizer: Any, before: str) -> list[int]:
        said = " ".join(part.strip() for part in (self._options.initial_prompt, before) if part.strip())
        prompt: list[int] = self._whisper.get_prompt(
            tokenizer,
            tokenizer.encode(f" {said}") if said else [],
            without_timestamps=True,
            hotwords=self._options.hot_words or None,
        )
        return prompt

    def _words(
        self, tokens: list[int], tokenizer: Any, heard: Any, frames: int, duration_s: float
    ) -> tuple[TimedWord, ...]:
        """The words with their times, which another pass of the decoder finds."""
        if not tokenizer.decode(tokens).strip():
            return ()
        segment: dict[str, Any] = {"seek": 0, "start": 0.0, "end": duration_s, "tokens": tokens}
        try:
            self._whisper.add_word_timestamps(
                [[segment]], tokenizer, heard, frames, _BEFORE_WORDS, _AFTER_WORDS, last_speech_timestamp=0.0
            )
        except IndexError:  # the library's answer to bytes that are no text, which come only from a model that guesses
            return (TimedWord(tokenizer.decode(tokens), 0, round(duration_s * 1000), 0.0),)
        return tuple(_timed(word, duration_s) for word in segment["words"])


def _timed(word: dict[str, Any], duration_s: float) -> TimedWord:
    start_s, end_s = (min(max(0.0, float(word[key])), duration_s) for key in ("start", "end"))
    return TimedWord(
        word["word"], round(start_s * 1000), round(max(start_s, end_s) * 1000), round(float(word["probability"]), 3)
    )
