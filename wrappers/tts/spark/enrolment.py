"""Makes a voice of a recording. What that needs, up to 2 GB, is loaded for it and given back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from wrappers.errors import EngineMissing
from wrappers.tts.spark.codec import load_bicodec
from wrappers.tts.spark.model_folder import ModelFolder
from wrappers.tts.spark.prompt import Voice
from wrappers.tts.spark.rates import SAMPLE_RATE_HZ, SAMPLES_PER_TOKEN

REFERENCE_SAMPLES = 6 * SAMPLE_RATE_HZ // SAMPLES_PER_TOKEN * SAMPLES_PER_TOKEN
"""What the global tokens are made of; a shorter recording is repeated."""
_FEATURE_LAYERS = (11, 14, 16)
"""Layers of wav2vec2 whose mean BiCodec was trained on."""


def enrol(folder: ModelFolder, recording: NDArray[np.float32], transcript: str = "") -> Voice:
    """The voice of a recording.

    recording: float32 [n] at 16 kHz, as `read_reference` gives it
    transcript: what it says; then the voice speaks in its manner too, but every sentence begins later. "" = unknown
    raises EngineMissing where the model folder lacks what this needs
    """
    from mlx_audio.tts.models.spark.utils.audio import audio_volume_normalize

    recording = audio_volume_normalize(recording).astype(np.float32)
    codec = load_bicodec(folder.codec)
    try:
        said = _semantic_tokens(codec, folder, recording) if transcript else ()
        return Voice(_global_tokens(codec, recording), transcript=transcript, semantic_tokens=said)
    finally:
        del codec
        mx.clear_cache()


def _global_tokens(codec: Any, recording: NDArray[np.float32]) -> tuple[int, ...]:
    clip = np.resize(recording, REFERENCE_SAMPLES)  # repeats what is too short
    spectrogram = codec.get_mel_spectrogram(mx.array(clip)[None])
    return _numbers(codec.speaker_encoder.tokenize(spectrogram))


def _semantic_tokens(codec: Any, folder: ModelFolder, recording: NDArray[np.float32]) -> tuple[int, ...]:
    features = _speech_features(folder.speech_features(), recording)
    return _numbers(codec.quantizer.tokenize(codec.encoder(features.transpose(0, 2, 1))))


def _speech_features(folder: Path, recording: NDArray[np.float32]) -> mx.array:
    """What wav2vec2 hears, float32 [1, n, width], 50 per second."""
    from mlx_audio.stt.models.wav2vec.feature_extractor import Wav2Vec2FeatureExtractor
    from mlx_audio.stt.models.wav2vec.wav2vec import ModelConfig, Wav2Vec2Model

    try:
        config = ModelConfig.from_dict(json.loads((folder / "config.json").read_text(encoding="utf-8")))
        config.output_hidden_states = True
        model = Wav2Vec2Model(config)
        model.load_weights(list(model.sanitize(mx.load(str(folder / "model.safetensors"))).items()))
        prepare = Wav2Vec2FeatureExtractor.from_pretrained(str(folder))
    except (AttributeError, KeyError, OSError, RuntimeError, TypeError, ValueError) as problem:
        reason = str(problem).strip().split("\n")[0]
        raise EngineMissing(f"{folder} does not hold wav2vec2 ({reason})", "download the model again") from None
    model.eval()
    samples = prepare(recording, sampling_rate=SAMPLE_RATE_HZ, return_tensors="mx", padding=True)["input_values"]
    layers = model(samples).hidden_states
    features = sum(layers[layer] for layer in _FEATURE_LAYERS) / len(_FEATURE_LAYERS)
    mx.eval(features)
    return features


def _numbers(tokens: mx.array) -> tuple[int, ...]:
    return tuple(int(token) for token in np.array(tokens).reshape(-1))
