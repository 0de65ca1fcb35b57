"""Spark-TTS as one object: text in, sound out while it is made.

What it is made of, beside the codec and its scheduler:

    pieces.py           a text in sentences, also while it is still being written
    vocabulary.py       text and names of markers to ids; prompt.py puts them in the order of the training
    text_prefill.py     reads the text while it is written, into a context (context.py)
    language_model.py   tokens, one after the other: restricted_head.py for the logits, sampler.py draws from them
    synthesis.py        tokens to sound, as the scheduler says
    voices.py           finds voices by name; reference.py and enrolment.py make them of recordings
    speaker.py          all of this as a `SpeechEngine`; opening.py opens it without knowing MLX

In use:

    engine = SparkEngine.load()  # or the folder of a model
    for chunk in engine.stream("Hello there.", voice="male-low"):
        play(chunk.pcm, chunk.sample_rate)
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from wrappers.cache_folder import cache_folder
from wrappers.mlx_library import require_mlx
from wrappers.tts.spark.calibration import load_calibration
from wrappers.tts.spark.codec import CodecVoice, StreamingCodec
from wrappers.tts.spark.context import Context
from wrappers.tts.spark.defaults import DEFAULT_MODEL, DEFAULT_VOICE, DEFAULT_VOICES
from wrappers.tts.spark.language_model import MAX_TOKENS, LanguageModel
from wrappers.tts.spark.loading import find_model
from wrappers.tts.spark.model_folder import ModelFolder
from wrappers.tts.spark.pieces import Piece, longest_speech_tokens, pieces
from wrappers.tts.spark.prompt import Prompt, Voice
from wrappers.tts.spark.rates import SAMPLE_RATE_HZ
from wrappers.tts.spark.sampler import Sampler
from wrappers.tts.spark.sampling import DEFAULT_SAMPLING, SamplingOptions
from wrappers.tts.spark.scheduler import GOOD_LOOK_AHEAD, ChunkScheduler, Preset, ScheduleOptions, schedule_options
from wrappers.tts.spark.speed import DecodeTime
from wrappers.tts.spark.synthesis import Figures, Synthesis
from wrappers.tts.spark.text_prefill import TextPrefill
from wrappers.tts.spark.voices import Voices

_KEPT_VOICES = 8
"""Prepared, some MB each."""
_SILENCE = np.zeros(0, np.float32)
_END = object()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of the sound."""

    pcm: NDArray[np.float32]
    """[n] in -1..1; n is 0 only where `final` could not be told earlier."""
    sample_rate: int
    """Hz."""
    index: int
    """0, 1, 2, ..."""
    t_emit: float
    """When it was ready, seconds on the engine's clock."""
    tokens: int
    """How many it was decoded for; 50 are a second of sound."""
    look_ahead: int
    """How many tokens of the future were waited for; 57 makes it exact."""
    final: bool
    """Nothing follows."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is the same for all that a voice says."""

    prompt: Prompt
    codec_voice: CodecVoice
    start: Context
    """The beginning of the prompt, read."""


class SparkEngine:
    """Speaks, one text after the other. All calls belong in one thread, except `interrupt`.

    A piece of text sounds the same for the same seed, whatever was said or cancelled before. The tokens are always the
    same ones; how many of them are decoded at once, and with how much look-ahead, depends on how fast they come, so
    samples may differ a little (not audibly) from run to run, unless the preset is "exact".
    """

    sample_rate = SAMPLE_RATE_HZ

    def __init__(
        self,
        language_model: LanguageModel,
        codec: StreamingCodec,
        voices: Voices,
        *,
        look_ahead: int = GOOD_LOOK_AHEAD,
        sampling: SamplingOptions = DEFAULT_SAMPLING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        look_ahead: tokens that are as good as exact with these weights, as calibration finds them
        clock: monotonic seconds
        """
        self.voices = voices
        self.codec = codec
        self.language_model = language_model
        self.figures = Figures()
        """Of the speech that began last."""
        self._look_ahead = look_ahead
        self._sampler = Sampler(sampling)
        self._clock = clock
        self._decode_time = DecodeTime()
        self._prepared: OrderedDict[Voice, _Prepared] = OrderedDict()
        self._interruptions = 0
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls,
        model: str = DEFAULT_MODEL,
        *,
        voices: Path = DEFAULT_VOICES,
        cache: Path | None = None,
        sampling: SamplingOptions = DEFAULT_SAMPLING,
        tell: Callable[[str], None] = print,
    ) -> SparkEngine:
        """Load a model, after downloading it where it is not here yet.

        model: a folder, or the name of a repository on the Hugging Face hub
        voices: the folder of voices
        cache: for downloads, voices and calibration; None = the project's folder in the user's cache
        tell: takes a line for the user
        raises EngineMissing, saying what mends it
        """
        require_mlx()
        cache = cache_folder() if cache is None else cache
        return cls.open(find_model(model, cache, tell), voices=voices, cache=cache, sampling=sampling)

    @classmethod
    def open(
        cls,
        folder: ModelFolder,
        *,
        voices: Path,
        cache: Path,
        sampling: SamplingOptions = DEFAULT_SAMPLING,
        clock: Callable[[], float] = time.monotonic,
    ) -> SparkEngine:
        """Load a model that is here; see `load`."""
        language_model = LanguageModel.load(folder)
        codec = StreamingCodec.load(folder.codec)
        kept = load_calibration(cache, folder.codec_fingerprint())
        return cls(
            language_model,
            codec,
            Voices(folder, language_model, voices, cache),
            look_ahead=kept.look_ahead if kept else GOOD_LOOK_AHEAD,
            sampling=sampling,
            clock=clock,
        )

    def stream(
        self,
        text: str | Iterable[str],
        voice: str | Voice = DEFAULT_VOICE,
        *,
        seed: int = 0,
        preset: Preset = "balanced",
        max_tokens: int = MAX_TOKENS,
    ) -> Generator[Chunk, None, None]:
        """Speak. Closing the generator stops it, as `interrupt` does from another thread.

        text: any text at all; without anything to say it makes no chunk. Or its parts in order, as they are written:
            the model reads each at once, and speaks whenever they make up a sentence or clause
        voice: a name, see voices.py; or a voice
        seed: chooses one of many ways to say it
        preset: "latency" or "balanced" begin early and are exact soon after; "exact" begins one second of tokens later
        max_tokens: of a sentence; 50 are a second
        raises EngineMissing for a voice that cannot be used, ValueError for an unknown preset
        """
        with closing(self.steps(text, voice, seed=seed, preset=preset, max_tokens=max_tokens)) as steps:
            for chunk in steps:
                if chunk is not None:
                    yield chunk

    def steps(
        self,
        text: str | Iterable[str],
        voice: str | Voice = DEFAULT_VOICE,
        *,
        seed: int = 0,
        preset: Preset = "balanced",
        max_tokens: int = MAX_TOKENS,
    ) -> Generator[Chunk | None, None, None]:
        """As `stream`, in short steps: None where one made no sound, so that others can use the thread in between."""
        interruptions, began_s = self._interruptions, self._clock()
        figures = self.figures = Figures()
        options = self._options(preset)
        prepared = self._prepare(voice)
        runs_dry_s: float | None = None
        index, final = 0, False
        for step in self._prefilled(text, prepared):
            if step is None:
                yield None
                continue
            piece, prefill = step
            if self._interruptions != interruptions:
                break
            limit = min(max_tokens, longest_speech_tokens(piece.text))
            scheduler = ChunkScheduler(options, self._decode_time, runs_dry_s)
            synthesis = Synthesis(
                self.codec.stream(prepared.codec_voice),
                scheduler,
                figures,
                self._clock,
                is_cancelled=lambda: self._interruptions != interruptions,
            )
            for sound in synthesis.run(self._tokens(prefill, seed, limit)):
                if sound is None:
                    yield None
                    continue
                final = sound.last and piece.last
                now_s = self._clock()
                if figures.first_chunk_s is None:
                    figures.first_chunk_s = now_s - began_s
                yield Chunk(sound.samples, SAMPLE_RATE_HZ, index, now_s, sound.tokens, sound.look_ahead, final)
                index += 1
            runs_dry_s = scheduler.runs_dry_s
            figures.underruns += scheduler.pace.underruns
            figures.underrun_s += scheduler.pace.underrun_s
        if index and not final:
            yield Chunk(_SILENCE, SAMPLE_RATE_HZ, index, self._clock(), 0, 0, True)
        mx.clear_cache()

    def tokens(
        self, text: str, voice: str | Voice = DEFAULT_VOICE, *, seed: int = 0, max_tokens: int = MAX_TOKENS
    ) -> list[int]:
        """The semantic tokens of a text, all pieces together, as `stream` decodes them."""
        prepared = self._prepare(voice)
        return [
            token
            for piece, prefill in filter(None, self._prefilled(text, prepared))
            for token in self._tokens(prefill, seed, min(max_tokens, longest_speech_tokens(piece.text)))
        ]

    def warm_up(self, voice: str | Voice = DEFAULT_VOICE) -> None:
        """Prepare a voice and say something to nobody: the first speech is then as quick as all others.

        raises EngineMissing for a voice that cannot be used
        """
        for _ in self.stream("Hello there.", voice, max_tokens=40):
            pass

    def interrupt(self) -> None:
        """End all streams that have begun, soon and without an error. From any thread."""
        with self._lock:
            self._interruptions += 1

    def close(self) -> None:
        """Give back what MLX keeps for reuse; the weights go with the engine."""
        self.interrupt()
        self._prepared.clear()
        mx.clear_cache()

    def _options(self, preset: Preset) -> ScheduleOptions:
        if preset not in get_args(Preset):
            raise ValueError(f'the preset "{preset}" is not one of {", ".join(get_args(Preset))}')
        return schedule_options(preset, self._look_ahead)

    def _prefilled(self, text: str | Iterable[str], prepared: _Prepared) -> Iterator[tuple[Piece, TextPrefill] | None]:
        """Complete pieces, read; what there is of an incomplete one is read meanwhile. None after other steps."""
        prefill = self._prefill(prepared)
        for piece in pieces(text):
            if piece.complete:
                yield from self._timed(prefill.finish(piece.text))
                yield piece, prefill
                prefill = self._prefill(prepared)
            else:
                yield from prefill.grow(piece.text)

    def _prefill(self, prepared: _Prepared) -> TextPrefill:
        return TextPrefill(self.language_model.vocabulary, prepared.prompt, prepared.start.copy())

    def _timed(self, reading: Iterator[None]) -> Iterator[None]:
        """The same steps; how long they take goes into the figures."""
        going_on = True
        while going_on:
            began_s = self._clock()
            going_on = next(reading, _END) is not _END
            self.figures.prefill_s += self._clock() - began_s
            yield

    def _tokens(self, prefill: TextPrefill, seed: int, limit: int) -> Iterator[int]:
        return self.language_model.speak(prefill.context, prefill.last_id, self._sampler, seed, limit)

    def _prepare(self, voice: str | Voice) -> _Prepared:
        voice = self.voices.find(voice) if isinstance(voice, str) else voice
        if voice not in self._prepared:
            prompt = self.language_model.prompts.for_voice(voice)
            prefill = TextPrefill(self.language_model.vocabulary, prompt, self.language_model.context())
            for _ in prefill.grow(""):
                pass
            self._prepared[voice] = _Prepared(prompt, self.codec.voice(voice.global_tokens), prefill.context)
            while len(self._prepared) > _KEPT_VOICES:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(voice)
        return self._prepared[voice]
