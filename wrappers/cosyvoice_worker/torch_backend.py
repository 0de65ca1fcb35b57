"""CosyVoice 2 and 3 by a checkout of FunAudioLLM/CosyVoice, unchanged, on torch."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from wrappers.child_loop import Refused
from wrappers.cosyvoice_worker.lane import Waveform
from wrappers.cosyvoice_worker.settings import Settings
from wrappers.cosyvoice_worker.torch_device import choose_device, place
from wrappers.cosyvoice_worker.torch_stream import TokenStream

ASSISTANT = "You are a helpful assistant.<|endofprompt|>"
"""Version 3 was trained with this before each transcript of a reference, and refuses one without its mark."""


def open_torch(settings: Settings) -> TorchCosyVoice:
    """Load the model and listen to the reference once. raises Refused"""
    os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")  # read when torch is imported
    sys.path[:0] = [settings.checkout, str(Path(settings.checkout) / "third_party" / "Matcha-TTS")]
    try:
        torch = importlib.import_module("torch")
        device = choose_device(torch, settings.device)
        upstream = importlib.import_module("cosyvoice.cli.cosyvoice")
    except ImportError as problem:
        what = f"{sys.executable} cannot import CosyVoice ({problem})"
        raise Refused("missing", f"{what}; install requirements.txt of {settings.checkout} there") from None
    kind = settings.model_kind()
    if not hasattr(upstream, kind):
        raise Refused("missing", f"{settings.checkout} is older than {kind}; git -C {settings.checkout} pull")
    whole = getattr(upstream, kind)(settings.model, fp16=settings.fp16 and device == "cuda")
    place(torch, whole.model, device)
    text = settings.reference_text if kind == "CosyVoice2" else ASSISTANT + settings.reference_text
    return TorchCosyVoice(torch, whole, settings.reference_audio, text)


class TorchCosyVoice:
    """A `Backend`."""

    def __init__(self, torch: Any, whole: Any, reference_audio: str, reference_text: str) -> None:
        """
        whole: upstream's `CosyVoice2` or `CosyVoice3`: frontend, model and sample_rate
        reference_audio: path of the recording
        """
        self.sample_rate_hz: int = whole.sample_rate
        self._frontend = whole.frontend
        self._tokens = TokenStream(torch, whole.model)
        self._voice: dict[str, Any] = self._inputs("", reference_text, self._recording(reference_audio))

    def stream(self, text: str) -> Generator[Waveform, None, None]:
        """See `Backend.stream`."""
        for part in self._frontend.text_normalize(text, split=True):
            tokens, _ = self._frontend._extract_text_token(part)
            yield from self._tokens.stream({**self._voice, "text": tokens})

    def _inputs(self, text: str, reference_text: str, recording: Any) -> dict[str, Any]:
        return dict(self._frontend.frontend_zero_shot(text, reference_text, recording, self.sample_rate_hz, ""))

    def _recording(self, path: str) -> Any:
        """The frontend of a newer checkout reads the file, that of an older one takes its sound at 16 kHz."""
        if "prompt_speech_16k" not in inspect.signature(self._frontend.frontend_zero_shot).parameters:
            return path
        return importlib.import_module("cosyvoice.utils.file_utils").load_wav(path, 16_000)
