"""Whisper models for mlx-audio: the small one of the fixtures, and one of random weights."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from support.made_once import made_once
from support.tiny_whisper import tiny_whisper

WIDTH = 64
LAYERS = 2
_CONFIG = {
    "model_type": "whisper",
    "d_model": WIDTH,
    "num_mel_bins": 80,
    "max_source_positions": 1500,
    "max_target_positions": 448,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_layers": LAYERS,
    "decoder_layers": LAYERS,
    "vocab_size": 51865,
}
_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32}
"""By CTranslate2's numbers."""
Weights = dict[str, NDArray[Any]]


def tiny_mlx_whisper() -> Path:
    """The model that knows the sentences of `make_speech.sh` by heart, in mlx-audio's format."""
    return made_once("tiny_mlx_whisper-1", lambda folder: _write(folder, _taught(tiny_whisper() / "model.bin")))


def random_mlx_whisper() -> Path:
    """A model of the same shape that knows nothing."""
    rng = np.random.default_rng(3)

    def scramble(weights: Weights) -> Weights:
        return {name: rng.normal(0, 0.1, value.shape).astype(np.float32) for name, value in weights.items()}

    return made_once(
        "random_mlx_whisper-1", lambda folder: _write(folder, scramble(_taught(tiny_whisper() / "model.bin")))
    )


def _write(folder: Path, weights: Weights) -> None:
    import mlx.core as mx

    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(_CONFIG | {"decoder_attention_heads": _heads()}), "utf-8")
    shutil.copyfile(tiny_whisper() / "tokenizer.json", folder / "tokenizer.json")
    mx.save_safetensors(str(folder / "model.safetensors"), {name: mx.array(value) for name, value in weights.items()})


def _heads() -> int:
    return int(dict(_variables(tiny_whisper() / "model.bin"))["decoder/num_heads"])


def _taught(file: Path) -> Weights:
    """CTranslate2's weights by the names that transformers has for them."""
    found = dict(_variables(file))
    weights: Weights = {}

    def linear(source: str, *targets: str) -> None:
        """One matrix of CTranslate2 is several of transformers."""
        scale = found[f"{source}/weight_scale"][:, None] if f"{source}/weight_scale" in found else 1.0
        matrix = found[f"{source}/weight"].astype(np.float32) / scale
        for place, target in enumerate(targets):
            rows = slice(place * len(matrix) // len(targets), (place + 1) * len(matrix) // len(targets))
            weights[f"model.{target}.weight"] = matrix[rows]
            if not target.endswith("k_proj"):
                weights[f"model.{target}.bias"] = found[f"{source}/bias"][rows]

    def norm(source: str, target: str) -> None:
        weights[f"model.{target}.weight"] = found[f"{source}/gamma"]
        weights[f"model.{target}.bias"] = found[f"{source}/beta"]

    def attention(source: str, target: str, projections: tuple[tuple[str, ...], ...]) -> None:
        for number, names in enumerate(projections):
            linear(f"{source}/linear_{number}", *(f"{target}.{name}" for name in names))

    for conv in ("conv1", "conv2"):
        scale = found[f"encoder/{conv}/weight_scale"][:, None, None]
        weights[f"model.encoder.{conv}.weight"] = found[f"encoder/{conv}/weight"].astype(np.float32) / scale
        weights[f"model.encoder.{conv}.bias"] = found[f"encoder/{conv}/bias"]
    for side in ("encoder", "decoder"):
        for layer in range(LAYERS):
            source, target = f"{side}/layer_{layer}", f"{side}.layers.{layer}"
            own = (("q_proj", "k_proj", "v_proj"), ("out_proj",))
            attention(f"{source}/self_attention", f"{target}.self_attn", own)
            norm(f"{source}/self_attention/layer_norm", f"{target}.self_attn_layer_norm")
            if side == "decoder":
                other = (("q_proj",), ("k_proj", "v_proj"), ("out_proj",))
                attention(f"{source}/attention", f"{target}.encoder_attn", other)
                norm(f"{source}/attention/layer_norm", f"{target}.encoder_attn_layer_norm")
            linear(f"{source}/ffn/linear_0", f"{target}.fc1")
            linear(f"{source}/ffn/linear_1", f"{target}.fc2")
            norm(f"{source}/ffn/layer_norm", f"{target}.final_layer_norm")
        norm(f"{side}/layer_norm", f"{side}.layer_norm")
    embeddings = found["decoder/embeddings/weight"].astype(np.float32)
    weights["model.decoder.embed_tokens.weight"] = embeddings / found["decoder/embeddings/weight_scale"][:, None]
    weights["model.decoder.embed_positions.weight"] = found["decoder/position_encodings/encodings"]
    return weights


def _variables(file: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    """What a file of CTranslate2 holds."""
    with file.open("rb") as content:
        _numbers(content, "I")
        _text(content)
        _revision, count = _numbers(content, "II")
        for _ in range(count):
            name = _text(content)
            (rank,) = _numbers(content, "B")
            shape = _numbers(content, f"{rank}I")
            kind, size = _numbers(content, "<BI")
            yield name, np.frombuffer(content.read(size), _TYPES[kind]).reshape(shape)


def _numbers(content: BinaryIO, layout: str) -> tuple[int, ...]:
    layout = f"<{layout.removeprefix('<')}"
    return struct.unpack(layout, content.read(struct.calcsize(layout)))


def _text(content: BinaryIO) -> str:
    (size,) = _numbers(content, "H")
    return content.read(size)[:-1].decode()
