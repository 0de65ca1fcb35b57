"""Whisper or Parakeet on the GPU of a Mac: for machines whose CPU is too slow for it. Can be imported without MLX."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from wrappers.asr import chinese_script
from wrappers.asr.mlx_decoder import MlxDecoderOptions, MlxParakeetDecoder, MlxWhisperDecoder, Urgency
from wrappers.asr.mlx_models import DEFAULT_MODEL, MODELS, model_kind
from wrappers.asr.whisper_choice import PARTIAL_MS, Choice, Timing, facts_of
from wrappers.asr.window_recogniser import Decoders, WindowOptions, WindowRecogniser
from wrappers.asr.windows import WindowDecoder
from wrappers.cache_folder import cache_folder
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.mlx_library import require_mlx
from wrappers.mlx_worker import MlxUser, MlxWorker

_NAME = "speech recognition"


@dataclass(frozen=True)
class MlxRecogniserOptions:
    model: str = DEFAULT_MODEL
    """A folder, or a name on the Hugging Face hub."""
    cache: Path = field(default_factory=cache_folder)
    """Where downloads are kept."""
    decoder: MlxDecoderOptions = field(default_factory=MlxDecoderOptions)
    windows: WindowOptions = field(default_factory=WindowOptions)


def missing(options: MlxRecogniserOptions) -> EngineMissing | None:
    """What keeps these options from working here. Quick."""
    try:
        require_mlx()
        MODELS.check(options.model)
    except EngineMissing as problem:
        return problem
    return chinese_script.missing(options.windows.chinese_script)


class MlxRecogniser(WindowRecogniser):
    """Implements `wrappers.asr.Recogniser`. Its calls block, while the work is done in the thread of MLX."""

    vendor = "mlx_audio"

    def __init__(
        self,
        options: MlxRecogniserOptions = MlxRecogniserOptions(),
        clock_s: Callable[[], float] = time.monotonic,
        tell: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
        worker: MlxWorker | None = None,
    ) -> None:
        """
        clock_s: time that the audio is compared with, to see whether it comes late
        tell: takes a line for the user about a download; its progress bars go to stderr
        worker: another than the one of this process, for tests
        """
        super().__init__(options.windows, clock_s)
        self._mlx_options = options
        self._tell = tell
        self._worker = worker
        self._mlx = self._new_user()

    @property
    def model(self) -> str:
        """See `Recogniser.model`."""
        return Path(self._mlx_options.model).name

    def open(self) -> None:
        """See `Recogniser.open`. A model whose work hung is loaded anew."""
        if self._mlx.hung:
            self._mlx = self._new_user()
            self._decoders = None
        super().open()

    def load(self) -> Decoders:
        """See `WindowRecogniser.load`."""
        require_mlx()
        folder = MODELS.find(self._mlx_options.model, self._mlx_options.cache, self._tell)
        if self._closed:
            raise EngineFailed(f"{self.vendor} was closed while it loaded")

        final, partial = self._load_decoders(folder)
        took_ms = final.time_decode_ms(1)
        shown = partial if took_ms <= PARTIAL_MS else None
        timings = {self.model: Timing(took_ms, took_ms)}
        return Decoders(final, shown, facts_of(Choice(self.model, final, shown), shown, timings))

    def _load_decoders(self, folder: Path) -> tuple[WindowDecoder, WindowDecoder]:
        """For finals and for partials: the same model, with another urgency."""
        name, mlx, options = self.model, self._mlx, self._mlx_options.decoder

        def loading() -> Iterator[Callable[[Urgency], WindowDecoder]]:
            if model_kind(folder) == "parakeet":
                from wrappers.asr.mlx_parakeet import MlxParakeet

                parakeet = MlxParakeet.load(folder)
                yield lambda kind: MlxParakeetDecoder(parakeet, name, mlx, kind)
            else:
                from wrappers.asr.mlx_whisper import MlxWhisper

                whisper = MlxWhisper.load(folder)
                yield lambda kind: MlxWhisperDecoder(whisper, name, mlx, kind, options)

        (make,) = mlx.run(loading, kind="call")
        return make("final"), make("partial")

    def close(self) -> None:
        """See `Recogniser.close`. What is being read ends after its present step."""
        super().close()
        self._mlx.close()

    def _new_user(self) -> MlxUser:
        return MlxUser(_NAME, "final", worker=self._worker)
