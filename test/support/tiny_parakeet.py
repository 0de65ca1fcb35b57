"""A tiny Parakeet of random weights, in the format of mlx-audio."""

from __future__ import annotations

import json
from pathlib import Path

from support.made_once import made_once

WIDTH = 32
_VOCABULARY = ["<unk>", *(f"▁{a}{b}" for a in "abcdefgh" for b in "aeiou"), *"aeioubcdfg", ".", "?"]
CONFIG = {
    "target": "nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel",
    "model_defaults": {"tdt_durations": [0, 1, 2, 3, 4]},
    "preprocessor": {
        "sample_rate": 16000,
        "normalize": "per_feature",
        "window_size": 0.025,
        "window_stride": 0.01,
        "window": "hann",
        "features": 80,
        "n_fft": 512,
        "dither": 0.0,
    },
    "encoder": {
        "feat_in": 80,
        "n_layers": 2,
        "d_model": WIDTH,
        "n_heads": 4,
        "ff_expansion_factor": 2,
        "subsampling_factor": 8,
        "self_attention_model": "rel_pos",
        "subsampling": "dw_striding",
        "conv_kernel_size": 9,
        "subsampling_conv_channels": 16,
        "pos_emb_max_len": 5000,
    },
    "decoder": {
        "blank_as_pad": True,
        "vocab_size": len(_VOCABULARY),
        "prednet": {"pred_hidden": WIDTH, "pred_rnn_layers": 1},
    },
    "joint": {
        "num_classes": len(_VOCABULARY),
        "vocabulary": _VOCABULARY,
        "num_extra_outputs": 5,
        "jointnet": {"joint_hidden": WIDTH, "activation": "relu", "encoder_hidden": WIDTH, "pred_hidden": WIDTH},
    },
    "decoding": {"model_type": "tdt", "durations": [0, 1, 2, 3, 4], "greedy": {"max_symbols": 3}},
}


def tiny_parakeet() -> Path:
    """The folder of the model."""
    return made_once("tiny_parakeet-2", _make)


def _make(folder: Path) -> None:
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_audio.stt.models.parakeet.parakeet import Model

    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG), "utf-8")
    mx.random.seed(4)
    model = Model.from_config(CONFIG)
    weights = {
        name: mx.random.normal(value.shape) * 0.5 if value.ndim > 1 else value  # norms stay norms
        for name, value in tree_flatten(model.parameters())
    }
    mx.save_safetensors(str(folder / "model.safetensors"), weights)
