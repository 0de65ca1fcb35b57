"""Loading the codec of a model, and what is refused."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.require import require

require("mlx")

import mlx.core as mx  # noqa: E402
import mlx.nn as nn  # noqa: E402
import numpy as np  # noqa: E402
from mlx.utils import tree_flatten  # noqa: E402
from support.spark_codec import bicodec, codec, offline, some_tokens, streamed, voice_tokens  # noqa: E402
from support.tiny_spark import CODEC_CONFIG, copy_of, tiny_spark  # noqa: E402

from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.mlx_library import require_mlx  # noqa: E402
from wrappers.tts.spark.codec import StreamingCodec, load_bicodec  # noqa: E402
from wrappers.tts.spark.model_folder import open_model_folder  # noqa: E402


def changed(**parts: Any) -> SimpleNamespace:
    """The small codec with other parts."""
    names = ("decoder", "prenet", "quantizer", "speaker_encoder")
    return SimpleNamespace(**{name: getattr(bicodec(), name) for name in names} | parts)


def test_mlx_is_here() -> None:
    require_mlx()


@pytest.mark.parametrize("bits", [16, 8, 4])
def test_the_model_of_the_tests_is_whole(bits: Any) -> None:
    folder = open_model_folder(tiny_spark(bits))
    assert folder.config.get("quantization", {"bits": 16})["bits"] == bits
    assert folder.codec_fingerprint() == open_model_folder(tiny_spark()).codec_fingerprint()
    assert folder.speech_features().is_dir()


def test_the_codec_is_not_in_training_mode() -> None:
    norms = [module for module in bicodec().modules() if isinstance(module, nn.BatchNorm)]
    before = [np.array(norm.running_mean) for norm in norms]
    mel = mx.random.normal((1, 40, 128), key=mx.random.key(0))
    bicodec().speaker_encoder.tokenize(mel)

    assert norms
    assert not any(module.training for module in bicodec().modules())
    assert all(np.array_equal(norm.running_mean, mean) for norm, mean in zip(norms, before, strict=True))


def test_speaking_needs_no_speech_features(tmp_path: Path) -> None:
    model = copy_of(tiny_spark(), tmp_path / "model")
    shutil.rmtree(model / "wav2vec2-large-xlsr-53")
    StreamingCodec.load(open_model_folder(model).codec)


def test_what_decoding_does_not_need_stays_on_the_disk() -> None:
    before = mx.get_active_memory()
    loaded = StreamingCodec.load(tiny_spark() / "BiCodec")
    used = mx.get_active_memory() - before

    assert loaded.table.nbytes < used < (tiny_spark() / "BiCodec" / "model.safetensors").stat().st_size / 4


def test_weights_in_half_precision_are_computed_in_full(tmp_path: Path) -> None:
    model = copy_of(tiny_spark(), tmp_path / "model")
    weights = model / "BiCodec" / "model.safetensors"
    stored: Any = mx.load(str(weights))
    mx.save_safetensors(str(weights), {name: value.astype(mx.bfloat16) for name, value in stored.items()})
    loaded = load_bicodec(model / "BiCodec")
    pieces = streamed([some_tokens(5)], stream=(half := StreamingCodec(loaded)).stream(half.voice(voice_tokens())))

    assert {value.dtype for _, value in tree_flatten(loaded.parameters())} == {mx.float32}
    assert 0 < np.abs(np.concatenate(pieces) - offline(some_tokens(5))).max() < 0.3


def test_a_configuration_that_does_not_fit_the_weights(tmp_path: Path) -> None:
    model = copy_of(tiny_spark(), tmp_path / "model")
    config = model / "BiCodec" / "config.yaml"
    config.write_text(config.read_text().replace('"channels": 192', '"channels": 384'))
    with pytest.raises(EngineMissing, match="does not hold the codec of Spark-TTS") as problem:
        load_bicodec(model / "BiCodec")
    assert problem.value.mend == "download the model again"
    assert "\n" not in problem.value.what


@pytest.mark.parametrize("content", ["", "audio_tokenizer: {}", "{", "- 1"])
def test_a_broken_configuration(tmp_path: Path, content: str) -> None:
    model = copy_of(tiny_spark(), tmp_path / "model")
    (model / "BiCodec" / "config.yaml").write_text(content)
    with pytest.raises(EngineMissing, match="does not hold the codec of Spark-TTS"):
        load_bicodec(model / "BiCodec")


def test_codecs_of_another_shape_are_refused() -> None:
    from mlx_audio.tts.models.spark import bicodec as upstream

    shallow = upstream.Decoder(**CODEC_CONFIG["prenet"] | {"vocos_num_layers": 2})
    with pytest.raises(EngineMissing, match=r"looks \(27, 10\) tokens ahead"):
        StreamingCodec(changed(prenet=shallow))

    resampling = upstream.Decoder(**CODEC_CONFIG["prenet"] | {"sample_ratios": [2, 1]})
    with pytest.raises(EngineMissing, match="changes the frame rate"):
        StreamingCodec(changed(prenet=resampling))

    coarse = upstream.WaveGenerator(**CODEC_CONFIG["decoder"] | {"rates": [8, 5, 2, 2], "kernel_sizes": [16, 11, 4, 4]})
    with pytest.raises(EngineMissing, match="160 samples of a token"):
        StreamingCodec(changed(decoder=coarse))

    few = upstream.FactorizedVectorQuantize(**CODEC_CONFIG["quantizer"] | {"codebook_size": 1024})
    with pytest.raises(EngineMissing, match="it has 1024 codes, not 8192"):
        StreamingCodec(changed(quantizer=few))

    with pytest.raises(EngineMissing, match="the codec is not that of Spark-TTS"):
        StreamingCodec(changed(decoder=nn.Linear(2, 2)))


def test_a_codec_works_in_another_thread_than_it_was_loaded_in() -> None:
    from concurrent.futures import ThreadPoolExecutor

    tokens = some_tokens(12)
    with ThreadPoolExecutor(1) as thread:
        pieces = thread.submit(
            lambda: streamed([tokens], stream=codec().stream(codec().voice(voice_tokens())))
        ).result()
    assert np.abs(np.concatenate(pieces) - offline(tokens)).max() <= 1e-5
