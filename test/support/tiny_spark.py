"""A small Spark-TTS model with random weights, in the layout of the published ones.

The codec has the real depth, kernels and rates, so it looks as far ahead as the real one; only its layers are narrow.
What it says is noise, but noise that depends on every token and on the voice.
"""

import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten
from support import tiny_spark_tokenizer
from support.made_once import made_once

Bits = Literal[16, 8, 4]
"""Of the language model's weights: bfloat16, or quantised."""

WIDTH = 32
WAVE_CHANNELS = 192
"""12 of them are left in the last stage: fewer, and the loader takes kernels for channels."""
HIDDEN = 64
SEED = 5
GAIN = 1.4
"""Of each convolution of the codec, so that a signal gets through all of them as loud as it was."""
LOUDNESS = 0.3
"""Of the last one, so that hardly a sample is clipped."""
FEATURES = "wav2vec2-large-xlsr-53"

CODEC_CONFIG: dict[str, Any] = {
    "mel_params": {
        **{"sample_rate": 16000, "n_fft": 1024, "win_length": 640, "hop_length": 320},
        **{"mel_fmin": 10, "mel_fmax": None, "num_mels": 128},
    },
    "encoder": {
        **{"input_channels": WIDTH, "vocos_dim": WIDTH, "vocos_intermediate_dim": 64},
        **{"vocos_num_layers": 12, "out_channels": WIDTH, "sample_ratios": [1, 1]},
    },
    "decoder": {
        **{"input_channel": WIDTH, "channels": WAVE_CHANNELS},
        **{"rates": [8, 5, 4, 2], "kernel_sizes": [16, 11, 8, 4]},
    },
    "quantizer": {"input_dim": WIDTH, "codebook_size": 8192, "codebook_dim": 8, "commitment": 0.25},
    "speaker_encoder": {
        **{"input_dim": 128, "out_dim": WIDTH, "latent_dim": 16, "token_num": 32},
        **{"fsq_levels": [4, 4, 4, 4, 4, 4], "fsq_num_quantizers": 1},
    },
    "prenet": {
        **{"input_channels": WIDTH, "vocos_dim": WIDTH, "vocos_intermediate_dim": 64, "vocos_num_layers": 12},
        **{"out_channels": WIDTH, "condition_dim": WIDTH, "sample_ratios": [1, 1], "use_tanh_at_final": False},
    },
    "postnet": {
        **{"input_channels": WIDTH, "vocos_dim": WIDTH, "vocos_intermediate_dim": 64, "vocos_num_layers": 6},
        **{"out_channels": WIDTH, "use_tanh_at_final": False},
    },
}
FEATURES_CONFIG: dict[str, Any] = {
    **{"model_type": "wav2vec2", "hidden_size": WIDTH, "num_hidden_layers": 17, "num_attention_heads": 2},
    **{"intermediate_size": 64, "conv_dim": [16] * 7, "conv_stride": [5, 2, 2, 2, 2, 2, 2]},
    **{"conv_kernel": [10, 3, 3, 3, 3, 2, 2], "conv_bias": True, "feat_extract_norm": "layer"},
    **{"num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4, "do_stable_layer_norm": True},
    **{"num_feat_extract_layers": 7, "pad_token_id": 0},
}


def tiny_spark(bits: Bits = 16) -> Path:
    """The folder of the model, the same one for the whole machine: do not write in it (see `copy_of`)."""
    return made_once(f"tiny_spark/{_version()}-{bits}", lambda folder: _write_model(folder, bits))


def copy_of(model: Path, folder: Path) -> Path:
    """A copy that a test may break; returns `folder`."""
    shutil.copytree(model, folder)
    return folder


@cache
def _version() -> str:
    sources = Path(__file__), Path(tiny_spark_tokenizer.__file__)
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def _write_model(folder: Path, bits: Bits) -> None:
    if bits != 16:
        shutil.copytree(tiny_spark(), folder)
        _write_language_model(folder, bits)
        return
    folder.mkdir()
    vocabulary = tiny_spark_tokenizer.write_tokenizer(folder)
    assert vocabulary == _language_model_config()["vocab_size"]
    _write_language_model(folder, bits)
    settings = {"sample_rate": 16000, "ref_segment_duration": 6, "latent_hop_length": 320, "volume_normalize": True}
    (folder / "audio_tokenizer_config.yaml").write_text(json.dumps(settings))  # YAML takes JSON
    _write_codec(folder / "BiCodec")
    _write_features(folder / FEATURES)


def _language_model_config() -> dict[str, Any]:
    return {
        **{"model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "torch_dtype": "bfloat16"},
        **{"hidden_size": HIDDEN, "intermediate_size": 2 * HIDDEN, "num_hidden_layers": 2},
        **{"num_attention_heads": 4, "num_key_value_heads": 2, "rms_norm_eps": 1e-6, "rope_theta": 1000000.0},
        **{"vocab_size": tiny_spark_tokenizer.vocabulary_size(), "tie_word_embeddings": True},
        **{"eos_token_id": tiny_spark_tokenizer.end_token_id(), "max_position_embeddings": 32768},
    }


def _write_language_model(folder: Path, bits: Bits) -> None:
    from mlx_audio.lm.models.qwen2 import Model, ModelArgs

    config = _language_model_config()
    model = Model(ModelArgs.from_dict(config))
    _randomise(model, seed=SEED)
    model.set_dtype(mx.bfloat16)
    if bits != 16:
        config["quantization"] = {"group_size": HIDDEN, "bits": bits}
        nn.quantize(model, group_size=HIDDEN, bits=bits)
    (folder / "config.json").write_text(json.dumps(config))
    mx.save_safetensors(str(folder / "model.safetensors"), dict(_named_weights(model)))


def _write_codec(folder: Path) -> None:
    from mlx_audio.tts.models.spark import bicodec

    folder.mkdir()
    (folder / "config.yaml").write_text(json.dumps({"audio_tokenizer": CODEC_CONFIG}))
    parts = {
        "encoder": bicodec.Encoder(**CODEC_CONFIG["encoder"]),
        "decoder": bicodec.WaveGenerator(**CODEC_CONFIG["decoder"]),
        "quantizer": bicodec.FactorizedVectorQuantize(**CODEC_CONFIG["quantizer"]),
        "speaker_encoder": bicodec.SpeakerEncoder(**CODEC_CONFIG["speaker_encoder"]),
        "prenet": bicodec.Decoder(**CODEC_CONFIG["prenet"]),
        "postnet": bicodec.Decoder(**CODEC_CONFIG["postnet"]),
    }
    weights: dict[str, mx.array] = {}
    for seed, (name, part) in enumerate(parts.items()):
        _randomise(part, seed=SEED + seed)
        weights |= dict(_as_published(name, part))
    last = f"decoder.model.{len(CODEC_CONFIG['decoder']['rates']) + 2}"
    weights[f"{last}.weight_g"] *= LOUDNESS
    weights[f"{last}.bias"] = mx.zeros(1)
    mx.save_safetensors(str(folder / "model.safetensors"), weights)


def _write_features(folder: Path) -> None:
    from mlx_audio.stt.models.wav2vec.wav2vec import ModelConfig, Wav2Vec2Model

    folder.mkdir()
    model = Wav2Vec2Model(ModelConfig.from_dict(FEATURES_CONFIG))
    _randomise(model, seed=SEED)
    (folder / "config.json").write_text(json.dumps(FEATURES_CONFIG))
    preprocessor = {"feature_size": 1, "sampling_rate": 16000, "padding_value": 0.0, "do_normalize": True}
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor))
    mx.save_safetensors(str(folder / "model.safetensors"), dict(_as_published("wav2vec2", model)))


def _named_weights(module: nn.Module) -> list[tuple[str, mx.array]]:
    weights: list[tuple[str, mx.array]] = tree_flatten(module.parameters())
    return weights


def _randomise(module: nn.Module, seed: int) -> None:
    """New weights of the size that they are initialised with; gains and scales stay near 1.

    Layer scales stay as they are: they decide how far a token reaches.
    """
    keys = iter(mx.random.split(mx.random.key(seed), 2000))
    changed = []
    for name, weight in _named_weights(module):
        last = name.rsplit(".", 1)[-1]
        noise = mx.random.normal(weight.shape, key=next(keys))
        if last == "gamma" or "running" in name or "cluster_size" in name:
            continue
        if last == "alpha":
            changed.append((name, 1 + 0.2 * mx.tanh(noise)))
        elif last == "weight" and weight.ndim == 1:
            changed.append((name, 1 + 0.1 * noise))
        elif ".scale." in name or ".shift." in name:  # the voice: different, but no caricature
            changed.append((name, 0.3 * noise + (name.endswith("scale.bias"))))
        elif last == "weight_g":
            changed.append((name, weight * (GAIN + 0.1 * noise)))
        else:
            fan_in = max(1, weight.size // weight.shape[0])
            changed.append((name, noise / fan_in**0.5 if weight.ndim > 1 else 0.1 * noise))
    module.load_weights(changed, strict=False)
    mx.eval(module.parameters())


def _as_published(part: str, module: nn.Module) -> Iterator[tuple[str, mx.array]]:
    """Names and layouts of PyTorch, from which the loader makes those of MLX."""
    for name, weight in _named_weights(module):
        # An upsampling stage begins with a Snake and a transposed convolution.
        transposed = part == "decoder" and re.fullmatch(r"model\.\d+\.block\.layers\.1\.weight_.", name)
        if weight.ndim == 3:
            weight = weight.transpose(2, 0, 1) if transposed else weight.transpose(0, 2, 1)
        if part == "decoder":
            name = name.replace("block.layers", "block")
        yield f"{part}.{name}", mx.contiguous(weight)
