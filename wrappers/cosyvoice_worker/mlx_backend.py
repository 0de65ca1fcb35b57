"""CosyVoice by mlx-audio-plus 0.1.8, on the GPU of a Mac.

Version 3 streams: what `synthesize_streaming` yields fits together. That of version 2 decodes each piece without what
came before it, so version 2 speaks sentence by sentence here.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np

from wrappers.child_loop import Refused
from wrappers.cosyvoice_worker.lane import Waveform
from wrappers.cosyvoice_worker.settings import DEFAULT_MLX_MODEL, Settings

CHUNK_TOKENS = 25
"""1 s of sound. Version 3 was trained with chunks of this size."""
REFERENCE_RATE_HZ = 24_000
_NOT_STREAMED = ("text", "text_len", "sampling", "max_token_text_ratio", "min_token_text_ratio")


def open_mlx(settings: Settings) -> MlxCosyVoice:
    """Load, or download, the model and listen to the reference once. raises Refused"""
    try:
        import librosa
        from mlx_audio.tts.utils import load_model
    except ImportError as problem:
        raise Refused("missing", f"mlx-audio-plus is not installed here ({problem}); make cosyvoice") from None
    audio, _ = librosa.load(settings.reference_audio, sr=REFERENCE_RATE_HZ, mono=True)
    model = load_model(settings.model or DEFAULT_MLX_MODEL)
    kind = model.model_type()
    if kind not in ("cosyvoice2", "cosyvoice3"):
        raise Refused("missing", f"{settings.model} is a model of the kind {kind}; give one of CosyVoice 2 or 3")
    return MlxCosyVoice(model, audio, settings.reference_text)


class MlxCosyVoice:
    """A `Backend`."""

    def __init__(self, model: Any, audio: Waveform, text: str) -> None:
        """
        model: `Model` of mlx_audio.tts.models.cosyvoice2 or 3
        audio: of the reference, at REFERENCE_RATE_HZ
        text: what is said in it
        """
        self.sample_rate_hz: int = model.sample_rate
        self._model = model
        self._reference = {"ref_audio": audio, "ref_text": text, "stt_model": None, "verbose": False}
        self._voice = self._enrol() if model.model_type() == "cosyvoice3" else None

    def stream(self, text: str) -> Generator[Waveform, None, None]:
        """See `Backend.stream`."""
        if self._voice is None:
            for result in self._model.generate(text, **self._reference):
                yield _to_numpy(result.audio)
            return
        import mlx.core as mx

        tokens = self._model._tokenizer.encode(text, add_special_tokens=False)
        for audio in self._model._model.synthesize_streaming(
            text=mx.array([tokens], dtype=mx.int32),
            text_len=mx.array([len(tokens)], dtype=mx.int32),
            chunk_size=CHUNK_TOKENS,
            **self._voice,
        ):
            yield _to_numpy(audio)

    def _enrol(self) -> dict[str, Any]:
        """What `generate` makes of the reference. It would make it anew for each text, and does not stream."""
        self._model._ensure_model_loaded()
        model, listener = self._model._model, _Listener()
        self._model._model = listener
        try:
            list(self._model.generate("", **self._reference))
        finally:
            self._model._model = model
        return {name: value for name, value in listener.heard.items() if name not in _NOT_STREAMED}


class _Listener:
    """Stands in for the model while `generate` prepares the reference."""

    def __init__(self) -> None:
        self.heard: dict[str, Any] = {}

    def synthesize(self, **inputs: Any) -> Any:
        """Keeps what it is given; two samples of silence."""
        import mlx.core as mx

        self.heard = inputs
        mx.eval([value for value in inputs.values() if isinstance(value, mx.array)])
        return mx.zeros((1, 2))


def _to_numpy(audio: Any) -> Waveform:
    import mlx.core as mx

    return np.array(audio.astype(mx.float32)).reshape(-1)
