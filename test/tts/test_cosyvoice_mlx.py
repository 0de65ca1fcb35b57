"""CosyVoice's MLX worker around a model that has the calls of mlx-audio-plus and hums."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
from support.require import require

from wrappers.cosyvoice_worker.mlx_backend import MlxCosyVoice

REFERENCE = np.full(24_000, 0.5, np.float32)


class Wrapped:
    """The model proper: each token of the text is a chunk of its value / 1000."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def synthesize(self, **inputs: Any) -> Any:
        import mlx.core as mx

        self.asked.append(inputs)
        return mx.concatenate([mx.full((1, 960), token / 1000) for token in inputs["text"][0].tolist()], axis=1)

    def synthesize_streaming(self, *, chunk_size: int, **inputs: Any) -> Iterator[Any]:
        import mlx.core as mx

        assert chunk_size == 25
        self.asked.append(inputs)
        for token in inputs["text"][0].tolist():
            yield mx.full((960,), token / 1000).astype(mx.bfloat16)


class Model:
    """As `Model` of mlx_audio.tts.models.cosyvoice3: prepares the reference in `generate`, for each text again."""

    sample_rate = 24_000

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._model: Any = None
        self._tokenizer = SimpleNamespace(encode=lambda text, add_special_tokens: list(text.encode()))
        self.prepared = 0

    def model_type(self) -> str:
        return self._kind

    def _ensure_model_loaded(self) -> None:
        self._model = self._model or Wrapped()

    def generate(self, text: str, ref_audio: Any, ref_text: str, stt_model: str | None, verbose: bool) -> Iterator[Any]:
        import mlx.core as mx

        self._ensure_model_loaded()
        self.prepared += 1
        audio = self._model.synthesize(
            text=mx.array([list(text.encode())], dtype=mx.int32),
            text_len=mx.array([len(text)]),
            prompt_text=mx.array([list(ref_text.encode())]),
            prompt_mel=mx.array(ref_audio)[None],
            sampling=25,
            max_token_text_ratio=20.0,
            min_token_text_ratio=2.0,
        )
        assert audio.squeeze().shape[0] > 0
        yield SimpleNamespace(audio=audio.squeeze())


def test_version_3_streams_and_listens_to_the_reference_once() -> None:
    require("mlx")
    model = Model("cosyvoice3")
    voice = MlxCosyVoice(model, REFERENCE, "The fox.")
    for text in ("AB", "C"):
        chunks = list(voice.stream(text))
        assert [len(chunk) for chunk in chunks] == [960] * len(text)
        np.testing.assert_allclose([chunk[0] for chunk in chunks], [ord(c) / 1000 for c in text], atol=1e-3)
        assert {chunk.dtype for chunk in chunks} == {np.dtype(np.float32)}

    assert model.prepared == 1
    asked = model._model.asked
    assert [set(inputs) for inputs in asked] == [{"text", "text_len", "prompt_text", "prompt_mel"}] * 2
    assert bytes(asked[1]["prompt_text"][0].tolist()) == b"The fox."
    assert asked[1]["text_len"].tolist() == [1]


def test_version_2_speaks_a_sentence_at_a_time() -> None:
    require("mlx")
    model = Model("cosyvoice2")
    (chunk,) = MlxCosyVoice(model, REFERENCE, "The fox.").stream("AB")
    assert len(chunk) == 2 * 960
    np.testing.assert_allclose(chunk[[0, -1]], [0.065, 0.066], atol=1e-6)
