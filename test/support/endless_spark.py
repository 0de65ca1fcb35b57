"""The small Spark-TTS model with a head that gives only semantic tokens, and never an end.

What it says has the length that it is allowed to have, on every machine, with our token loop and with any other.
"""

import json
from pathlib import Path
from typing import Any

import mlx.core as mx
from support.made_once import made_once
from support.tiny_spark import copy_of, tiny_spark
from support.tiny_spark_tokenizer import MARKERS, TEXT_TOKENS

from wrappers.tts.spark.rates import SEMANTIC_CODES


def endless_spark() -> Path:
    """The folder of the model: do not write in it."""
    return made_once(f"endless_spark/{tiny_spark().name}", _write_model)


def _write_model(folder: Path) -> None:
    copy_of(tiny_spark(), folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"tie_word_embeddings": False}), encoding="utf-8")
    weights: Any = mx.load(str(folder / "model.safetensors"))
    embeddings = weights["model.embed_tokens.weight"]
    first = TEXT_TOKENS + MARKERS.index("<|bicodec_semantic_0|>")
    place = mx.arange(len(embeddings))[:, None]
    semantic = (place >= first) & (place < first + SEMANTIC_CODES)
    head = mx.where(semantic, embeddings, mx.zeros_like(embeddings))  # logits of 0 are far below the likeliest ones
    mx.eval(head, weights)
    mx.save_safetensors(str(folder / "model.safetensors"), {**weights, "lm_head.weight": head})
