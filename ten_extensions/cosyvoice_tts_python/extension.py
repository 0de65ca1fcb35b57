"""Speaks with CosyVoice 2 or 3. Experimental: it has not been run on a Mac."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ten_extensions.common.addon import Missing
from ten_extensions.common.tts_base import TtsExtension
from ten_extensions.common.tts_config import TtsConfig, TtsParams
from wrappers.cosyvoice_worker.settings import Settings
from wrappers.errors import EngineMissing
from wrappers.tts import SpeechEngine
from wrappers.tts.cosyvoice import CosyVoiceOptions, check_cosyvoice, open_cosyvoice


class CosyVoiceTtsParams(TtsParams):
    """Which model, where its packages are, and whose voice."""

    backend: Literal["mlx", "torch"] = "mlx"
    """mlx: mlx-audio-plus, from `make cosyvoice`. torch: a checkout of FunAudioLLM/CosyVoice."""
    model: str = ""
    """A folder; for mlx also a name on the Hugging Face hub. "" = CosyVoice 3 in 4 bit, for mlx."""
    python: str = ""
    """The bin/python of the environment that has the packages. "" = that of `make cosyvoice`."""
    checkout: str = ""
    """torch: the folder of the checkout."""
    device: Literal["auto", "cuda", "mps", "cpu"] = "auto"
    """torch: where the model computes; auto takes the first of these that is there."""
    fp16: bool = False
    """torch on CUDA: half precision, faster."""
    reference_audio: str = ""
    """The recording whose voice is taken: 3 to 30 s."""
    reference_text: str = ""
    """What is said in it, word for word."""


class CosyVoiceTtsConfig(TtsConfig):
    """Properties of the node."""

    params: CosyVoiceTtsParams


class CosyVoiceTtsExtension(TtsExtension[CosyVoiceTtsConfig]):
    """A voice cloned from a recording. Messages: see manifest.json."""

    vendor = "cosyvoice"
    config_type = CosyVoiceTtsConfig
    stall_timeout_s = 40.0  # its process ends itself after 30 s without a sound, and tells more

    @classmethod
    def check_here(cls, config: CosyVoiceTtsConfig) -> Missing | None:
        """See `Extension.check_here`."""
        try:
            check_cosyvoice(_options(config.params))
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    def open_engine(self) -> SpeechEngine:
        """See `TtsExtension.open_engine`."""
        return open_cosyvoice(_options(self.config.params))


def _options(params: CosyVoiceTtsParams) -> CosyVoiceOptions:
    settings = Settings(
        backend=params.backend,
        model=_path(params.model),
        reference_audio=_path(params.reference_audio),
        reference_text=params.reference_text,
        checkout=_path(params.checkout),
        device=params.device,
        fp16=params.fp16,
    )
    return CosyVoiceOptions(settings, _path(params.python))


def _path(text: str) -> str:
    return str(Path(text).expanduser()) if text.startswith("~/") else text
