"""Whisper in this process, on the CPU: understands people, in many languages, with a model that is downloaded once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from wrappers.asr import chinese_script, whisper_models
from wrappers.asr.faster_whisper_decoder import DecoderOptions, FasterWhisperDecoder
from wrappers.asr.whisper_choice import PARTIAL_MS, Choice, Timing, choose_model, facts_of, time_model
from wrappers.asr.whisper_models import AUTO, AUTO_MODELS
from wrappers.asr.window_recogniser import Decoders, WindowOptions, WindowRecogniser
from wrappers.asr.windows import WindowDecoder
from wrappers.cache_folder import cache_folder
from wrappers.downloads import Download
from wrappers.errors import EngineFailed, EngineMissing

MOST_THREADS = 4


def usual_threads() -> int:
    """Threads for one decode: more than four hardly help, and slow cores hold the fast ones up."""
    return min(MOST_THREADS, os.cpu_count() or 1)


@dataclass(frozen=True)
class FasterWhisperOptions:
    model: str = AUTO
    """`auto` = the largest of large-v3-turbo, small and base whose final is ready within 600 ms on this machine. Or a
    name (see `whisper_models.REPOSITORIES`), a repository on the Hugging Face hub, or a folder."""
    partial_model: str = ""
    """Another model for partials, a smaller one; empty = the same."""
    download: bool = True
    """Get a model that is not on this machine. Afterwards the network is not needed."""
    cache: Path = field(default_factory=cache_folder)
    """Where downloads are kept."""
    decoder: DecoderOptions = field(default_factory=DecoderOptions)
    windows: WindowOptions = field(default_factory=WindowOptions)


def missing(options: FasterWhisperOptions) -> EngineMissing | None:
    """What keeps these options from working here, without a download if none is wanted. Quick."""
    if problem := whisper_models.missing_library() or chinese_script.missing(options.windows.chinese_script):
        return problem
    wanted = [options.model, options.partial_model] if options.partial_model else [options.model]
    for model in wanted:
        if problem := _unavailable(model, options):
            return problem
    return None


def downloads(options: FasterWhisperOptions) -> tuple[Download, ...]:
    """What is fetched when these options are opened. Of `auto`'s models one is enough."""
    names = AUTO_MODELS if options.model == AUTO else (options.model,)
    absent = [name for name in names if options.download and _is_absent(name, options.cache)]
    needed = len(absent) == len(names)
    found = [_download(name, options.cache, needed) for name in absent]
    if options.partial_model and options.download and _is_absent(options.partial_model, options.cache):
        found.append(_download(options.partial_model, options.cache, True))
    return tuple(found)


class FasterWhisperRecogniser(WindowRecogniser):
    """Implements `wrappers.asr.Recogniser`."""

    vendor = "faster_whisper"

    def __init__(
        self,
        options: FasterWhisperOptions = FasterWhisperOptions(),
        clock_s: Callable[[], float] = time.monotonic,
        tell: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
    ) -> None:
        """
        clock_s: time that the audio is compared with, to see whether it comes late
        tell: takes a line for the user about a download; its progress bars go to stderr
        """
        super().__init__(options.windows, clock_s)
        self._faster = options
        self._tell = tell
        self._model = options.model

    @property
    def model(self) -> str:
        """Name of the model; the one that `auto` has chosen, once it is open."""
        return self._model

    def load(self) -> Decoders:
        """See `WindowRecogniser.load`."""
        if problem := whisper_models.missing_library():
            raise problem
        if self._faster.model == AUTO:
            names = [name for name in AUTO_MODELS if not _unavailable(name, self._faster)] or AUTO_MODELS
            choice = choose_model(self._load, self._time, names)
        else:
            choice = self._one(self._faster.model)
        partial = choice.partial
        timings = dict(choice.timings)
        if self._faster.partial_model:
            smaller = self._one(self._faster.partial_model)
            partial = smaller.partial
            timings |= smaller.timings
        self._model = choice.name
        return Decoders(choice.final, partial, facts_of(choice, partial, timings))

    def _one(self, model: str) -> Choice:
        decoder = self._load(model)
        timing = self._time(decoder)
        partial = decoder if timing.partial_ms <= PARTIAL_MS else None
        return Choice(decoder.model, decoder, partial, {decoder.model: timing})

    def _load(self, model: str) -> WindowDecoder:
        if self._closed:
            raise EngineFailed(f"{self.vendor} was closed while it loaded")
        if self._faster.download:
            folder = whisper_models.download_model(model, self._faster.cache, self._tell)
        else:
            folder = whisper_models.find_model(model, self._faster.cache)
        name = model if whisper_models.is_published(model) else folder.name
        return FasterWhisperDecoder(folder, name, self._faster.decoder)

    def _time(self, decoder: WindowDecoder) -> Timing:
        return time_model(decoder, self._options.final_beam, self._options.partial_beam)


def _is_absent(model: str, cache: Path) -> bool:
    if not whisper_models.is_published(model):
        return False
    try:
        whisper_models.find_model(model, cache)
    except EngineMissing:
        return True
    return False


def _download(model: str, cache: Path, needed: bool) -> Download:
    return Download(f"Whisper {model}", lambda tell: whisper_models.download_model(model, cache, tell), needed)


def _unavailable(model: str, options: FasterWhisperOptions) -> EngineMissing | None:
    """Why a model cannot be loaded; None if it can, perhaps after a download."""
    if model == AUTO:
        problems = [_unavailable(name, options) for name in AUTO_MODELS]
        return problems[0] if all(problems) else None
    try:
        whisper_models.find_model(model, options.cache)
    except EngineMissing as problem:
        fetched = options.download and whisper_models.is_published(model)
        here = (whisper_models.download_folder(model, options.cache) / "config.json").exists()
        return None if fetched and not here else problem
    return None
