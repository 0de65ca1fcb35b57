"""FunAudioLLM's CosyVoice in small: the classes and calls that our worker uses, of the real shapes but for widths.

25 tokens/s, two mel frames of 80 bands per token, 480 samples per frame, 3 tokens of look-ahead. All parts are causal,
so that a stream must give the very samples of one pass over everything.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import torch

WIDTH = 8
CODES = 6561


class Flow(torch.nn.Module):
    """Tokens to mel, from the first token on each time, as upstream."""

    pre_lookahead_len = 3
    token_mel_ratio = 2

    def __init__(self) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(CODES, WIDTH)
        self.look_ahead = torch.nn.Conv1d(WIDTH, WIDTH, self.pre_lookahead_len + 1)
        self.to_mel = torch.nn.Linear(WIDTH, 80)

    def inference(self, token: Any, prompt_token: Any, finalize: bool) -> Any:
        hidden = self.embedding(torch.concat([prompt_token, token], 1)).transpose(1, 2)
        if finalize:
            hidden = torch.nn.functional.pad(hidden, (0, self.pre_lookahead_len))
        hidden = self.look_ahead(hidden).repeat_interleave(self.token_mel_ratio, 2)
        return self.to_mel(hidden.transpose(1, 2)).transpose(1, 2)[:, :, prompt_token.shape[1] * self.token_mel_ratio :]


class Vocoder(torch.nn.Module):
    """Mel to sound, with the F0 predictor of version 3, which works in float64."""

    def __init__(self) -> None:
        super().__init__()
        self.f0_predictor = torch.nn.Conv1d(80, 1, 1)
        self.f0_upsamp = torch.nn.Upsample(scale_factor=480)
        self.m_source = torch.nn.Linear(1, 1)
        self.ups = torch.nn.ConvTranspose1d(80, 1, 480, 480)

    def inference(self, speech_feat: Any, finalize: bool = True) -> tuple[Any, list[Any]]:
        self.f0_predictor.to(torch.float64)
        f0 = self.f0_predictor(speech_feat.to(torch.float64)).to(speech_feat)
        source = self.m_source(self.f0_upsamp(f0).transpose(1, 2)).transpose(1, 2)
        return self.decode(x=speech_feat, s=source), []

    def decode(self, x: Any, s: Any) -> Any:
        return (torch.tanh(self.ups(x)) * 0.5 + torch.tanh(s) * 0.25)[:, 0]


class Model:
    """As `CosyVoice3Model`, but for `tts`, which our worker does not use."""

    def __init__(self) -> None:
        torch.manual_seed(7)
        self.device = torch.device("cpu")
        self.llm = torch.nn.Embedding(CODES, WIDTH)
        self.flow, self.hift = Flow(), Vocoder()
        self.token_hop_len, self.token_max_hop_len, self.stream_scale_factor = 25, 100, 2
        self.lock = threading.Lock()
        self.tts_speech_token_dict: dict[str, list[int]] = {}
        self.llm_end_dict: dict[str, bool] = {}
        self.hift_cache_dict: dict[str, Any] = {}
        self.token_count = 230
        """What its language model says to any text."""
        self.gate = threading.Event()
        self.gate.set()
        """Cleared: the language model waits before each token."""
        self.fails_at = -1
        self.calls: list[tuple[int, int, bool, bool]] = []
        """Tokens, offset, stream and finalize of each chunk."""

    def tokens(self, text: Any) -> Iterator[int]:
        """Depend on the text alone."""
        yield from ((int(text.sum()) * 31 + 97 * number) % CODES for number in range(self.token_count))

    def llm_job(self, text: Any, prompt_text: Any, llm_prompt_speech_token: Any, llm_embedding: Any, uuid: str) -> None:
        for number, token in enumerate(self.tokens(text)):
            self.gate.wait()
            if number == self.fails_at:
                raise RuntimeError("the language model is out of memory")
            self.tts_speech_token_dict[uuid].append(token)
        self.llm_end_dict[uuid] = True

    def token2wav(
        self,
        token: Any,
        prompt_token: Any,
        prompt_feat: Any,
        embedding: Any,
        token_offset: int,
        uuid: str,
        stream: bool = False,
        finalize: bool = False,
    ) -> Any:
        self.calls.append((token.shape[1], token_offset, stream, finalize))
        mel = self.flow.inference(token.to(self.device), prompt_token.to(self.device), finalize)
        mel = mel[:, :, token_offset * self.flow.token_mel_ratio :]
        cache = self.hift_cache_dict[uuid] or {"mel": mel[:, :, :0], "speech_offset": 0}
        mel = torch.concat([cache["mel"], mel], dim=2)
        speech, _ = self.hift.inference(speech_feat=mel, finalize=finalize)
        self.hift_cache_dict[uuid] = {"mel": mel, "speech_offset": speech.shape[1]}
        return speech[:, cache["speech_offset"] :]


class Frontend:
    """Makes tensors of texts; the reference is 60 tokens long."""

    def __init__(self) -> None:
        self.enrolled: list[tuple[str, str]] = []

    def text_normalize(self, text: str, split: bool = True, text_frontend: bool = True) -> list[str]:
        return [part.strip() for part in text.split(";")]

    def _extract_text_token(self, text: str) -> tuple[Any, Any]:
        return torch.tensor([list(text.encode())], dtype=torch.int32), torch.tensor([len(text)])

    def frontend_zero_shot(self, tts_text: str, prompt_text: str, prompt_wav: str, rate: int, spk_id: str) -> Any:
        self.enrolled.append((prompt_text, prompt_wav))
        text, prompt = self._extract_text_token(tts_text)[0], torch.arange(60)[None]
        return {
            "text": text,
            "prompt_text": self._extract_text_token(prompt_text)[0],
            "llm_prompt_speech_token": prompt,
            "flow_prompt_speech_token": prompt,
            "prompt_speech_feat": torch.zeros(1, 120, 80),
            "llm_embedding": torch.zeros(1, 192),
            "flow_embedding": torch.zeros(1, 192),
        }


class CosyVoice2:
    """As upstream's class of that name."""

    sample_rate = 24_000

    def __init__(self, model_dir: str, fp16: bool = False) -> None:
        self.model_dir, self.fp16 = model_dir, fp16
        self.model, self.frontend = Model(), Frontend()


class CosyVoice3(CosyVoice2):
    """As upstream's class of that name."""
