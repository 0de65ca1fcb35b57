"""What the tests of the streaming codec share: the small codec, tokens for it, and what it makes of them offline."""

from collections.abc import Sequence
from functools import cache
from itertools import cycle, islice
from typing import Any

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray
from support.tiny_spark import tiny_spark

from wrappers.tts.spark.codec import CodecStream, CodecVoice, StreamingCodec, load_bicodec
from wrappers.tts.spark.rates import EXACT_LOOK_AHEAD, GLOBAL_CODES, GLOBAL_TOKENS, SEMANTIC_CODES

Samples = NDArray[np.float32]


@cache
def bicodec() -> Any:
    """mlx-audio's own decoder."""
    return load_bicodec(tiny_spark() / "BiCodec")


@cache
def codec() -> StreamingCodec:
    return StreamingCodec(bicodec())


def voice_tokens(seed: int = 0) -> tuple[int, ...]:
    """A voice out of nowhere."""
    return tuple(np.random.default_rng(seed).integers(0, GLOBAL_CODES, GLOBAL_TOKENS).tolist())


@cache
def voice(seed: int = 0) -> CodecVoice:
    return codec().voice(voice_tokens(seed))


def some_tokens(count: int, seed: int = 1) -> tuple[int, ...]:
    """Random semantic tokens; the first ones are the same for every count."""
    return tuple(np.random.default_rng(seed).integers(0, SEMANTIC_CODES, count).tolist())


@cache
def offline(tokens: tuple[int, ...], voice_seed: int = 0) -> Samples:
    """All samples at once, as mlx-audio's `detokenize` makes them: float32 [320 per token]."""
    semantic = mx.array(tokens, mx.int32)[None]
    speaker = mx.array(voice_tokens(voice_seed), mx.int32)[None, None]
    return np.array(bicodec().detokenize(semantic, speaker)[0, 0])


def in_chunks(tokens: Sequence[int], sizes: Sequence[int]) -> list[Sequence[int]]:
    """The tokens in chunks of the given sizes, over and over."""
    chunks = []
    start = 0
    for size in islice(cycle(sizes), len(tokens)):
        if start < len(tokens):
            chunks.append(tokens[start : start + size])
            start += size
    return chunks


def streamed(
    chunks: Sequence[Sequence[int]], look_ahead: int = EXACT_LOOK_AHEAD, stream: CodecStream | None = None
) -> list[Samples]:
    """What each push gives, and at the end the flush."""
    stream = stream or codec().stream(voice())
    return [*(stream.push(chunk, look_ahead) for chunk in chunks), stream.flush()]
