"""BiCodec as a stream: semantic tokens in, samples out, the same ones as offline.

A frame of the prenet is certain once 57 further tokens are known. A stream may commit to it earlier: it lets a copy of
the prenet's state run to its end as if the tokens stopped here, takes the frames it wants from that, and forgets the
copy. Committed frames go once through the wave generator, whose state goes on; so the sound has no seams, whatever the
chunks are, and only differs a little from the offline one.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from wrappers.errors import EngineMissing
from wrappers.tts.spark.convolution import fold_weight_norm
from wrappers.tts.spark.prenet import Prenet
from wrappers.tts.spark.rates import (
    EXACT_LOOK_AHEAD,
    GLOBAL_CODES,
    GLOBAL_TOKENS,
    SAMPLES_PER_TOKEN,
    SEMANTIC_CODES,
    WAVE_LOOK_AHEAD,
)
from wrappers.tts.spark.streaming_layers import Layer, count, cut, join
from wrappers.tts.spark.wave_generator import wave_generator


@dataclass(frozen=True, slots=True)
class CodecVoice:
    """A voice, ready to decode with. Any number of streams may share it."""

    global_tokens: tuple[int, ...]
    prenet: Layer


def load_bicodec(folder: Path) -> Any:
    """mlx-audio's BiCodec, in float32 and evaluation mode. Weights are read from disk when they are first used.

    folder: as `ModelFolder.codec`
    raises EngineMissing where the files do not hold BiCodec
    """
    from mlx_audio.tts.models.spark.bicodec import BiCodec  # takes two seconds: not before it is needed

    try:
        bicodec = BiCodec.load_from_checkpoint(folder)
    except Exception as problem:  # configuration and weights go through several libraries: anything may come
        reason = str(problem).strip().split("\n")[0]
        what = f"{folder} does not hold the codec of Spark-TTS ({type(problem).__name__}: {reason})"
        raise EngineMissing(what, "download the model again") from None
    bicodec.eval()  # the loader leaves it in training mode, where batch norms change with each use
    bicodec.set_dtype(mx.float32)  # Snake's sine does not bear less
    return bicodec


class StreamingCodec:
    """The decoder's weights, folded once. Makes voices and streams; all of them belong in one thread."""

    def __init__(self, bicodec: Any) -> None:
        """
        bicodec: as `load_bicodec` gives it; its encoder is not used
        raises EngineMissing for a codec of another architecture than Spark-TTS's
        """
        try:
            self.wave = wave_generator(bicodec.decoder)
            self._prenet = Prenet(bicodec.prenet)
            self.table = _vectors_of_codes(bicodec.quantizer, bicodec.prenet.linear_pre)
            self._speaker = bicodec.speaker_encoder
            mx.eval(self._speaker.quantizer.parameters(), self._speaker.project.parameters())
            voice = self.voice([0] * GLOBAL_TOKENS)
        except (AttributeError, TypeError, ValueError) as problem:
            raise EngineMissing(f"the codec is not that of Spark-TTS ({problem})", "download the model again") from None
        looks_ahead = voice.prenet.lag, -(-self.wave.lag // SAMPLES_PER_TOKEN)
        if looks_ahead != (EXACT_LOOK_AHEAD, WAVE_LOOK_AHEAD) or self.wave.rate != SAMPLES_PER_TOKEN:
            what = f"the codec looks {looks_ahead} tokens ahead and makes {self.wave.rate} samples of a token"
            raise EngineMissing(f"{what}, which is not Spark-TTS's", "download the model again")

    @classmethod
    def load(cls, folder: Path) -> StreamingCodec:
        """Load what decoding needs; raises EngineMissing as `load_bicodec` and the constructor do."""
        return cls(load_bicodec(folder))

    def voice(self, global_tokens: Sequence[int]) -> CodecVoice:
        """Prepare a voice, once for all its streams.

        global_tokens: 32 numbers in 0..4095
        raises ValueError for other ones
        """
        tokens = tuple(int(token) for token in global_tokens)
        if len(tokens) != GLOBAL_TOKENS or not all(0 <= token < GLOBAL_CODES for token in tokens):
            raise ValueError(f"a voice is {GLOBAL_TOKENS} tokens in 0..{GLOBAL_CODES - 1}, not {tokens}")
        vector = self._speaker.detokenize(mx.array(tokens, mx.int32).reshape(1, 1, GLOBAL_TOKENS))
        mx.eval(vector)
        return CodecVoice(tokens, self._prenet.for_voice(vector))

    def stream(self, voice: CodecVoice) -> CodecStream:
        """A stream for one utterance."""
        return CodecStream(self, voice)


class CodecStream:
    """Decodes one utterance. Its memory does not grow with the utterance."""

    def __init__(self, codec: StreamingCodec, voice: CodecVoice) -> None:
        self._codec = codec
        self._prenet = voice.prenet
        self._prenet_state = voice.prenet.start()
        self._wave_state = codec.wave.start()
        self._received = 0
        """Tokens so far."""
        self._certain = 0
        """Frames that came out of the prenet with all they depend on."""
        self._committed = 0
        """Frames that went into the wave generator, certain or not."""

    def push(self, tokens: Sequence[int], look_ahead: int = EXACT_LOOK_AHEAD) -> NDArray[np.float32]:
        """Take more tokens and return the samples that can be made now.

        tokens: semantic tokens in 0..8191, any number; none is allowed, to get more samples of the earlier ones
        look_ahead: tokens to hold back in the prenet, 0..57; 57 is exact. May change from call to call. The wave
            generator holds back almost 10 more.
        returns: float32 [n] at 16 kHz, n may be 0
        raises ValueError for tokens or a look-ahead out of range; the stream is as before then
        """
        if not 0 <= look_ahead <= EXACT_LOOK_AHEAD:
            raise ValueError(f"look_ahead is {look_ahead}, it must be in 0..{EXACT_LOOK_AHEAD}")
        return self._decode(tokens, look_ahead, last=False)

    def flush(self, tokens: Sequence[int] = ()) -> NDArray[np.float32]:
        """Take the last tokens, if any, and return all the samples still to come; the stream is over then.

        returns: float32 [n]; with all that was pushed, 320 samples per token
        raises ValueError as `push` does
        """
        return self._decode(tokens, 0, last=True)

    def fork(self) -> CodecStream:
        """A stream that goes on from here by itself. Costs nothing."""
        return copy.copy(self)

    def _decode(self, tokens: Sequence[int], look_ahead: int, last: bool) -> NDArray[np.float32]:
        codes = _checked(tokens)
        self._received += len(codes)
        frames = self._codec.table[mx.array(codes)][None] if len(codes) else None
        before = self._certain
        ready, self._prenet_state = self._prenet(frames, self._prenet_state, last)
        self._certain += count(ready)
        wanted = max(self._committed, self._received - look_ahead)
        if wanted > self._certain:
            ahead, _ = self._prenet(None, self._prenet_state, True)
            ready = join(ready, cut(ahead, 0, wanted - self._certain))
        ready = cut(ready, self._committed - before, wanted - before)
        self._committed = wanted
        samples, self._wave_state = self._codec.wave(ready, self._wave_state, last)
        mx.eval(samples, self._prenet_state, self._wave_state)
        return np.zeros(0, np.float32) if samples is None else np.array(samples[0, :, 0])


def _checked(tokens: Sequence[int]) -> NDArray[np.int32]:
    codes = np.asarray(tokens, np.int64).reshape(-1)
    if len(codes) and (codes.min() < 0 or codes.max() >= SEMANTIC_CODES):
        raise ValueError(f"semantic tokens are in 0..{SEMANTIC_CODES - 1}, not {codes.min()}..{codes.max()}")
    return codes.astype(np.int32)


def _vectors_of_codes(quantizer: Any, projection: Any) -> mx.array:
    """What the prenet's first projection makes of each code, float32 [8192, width]: a table instead of two products."""
    out = quantizer.out_project
    weight = fold_weight_norm(out.weight_g, out.weight_v, kept_axis=0)[:, 0]
    table = projection(quantizer.codebook.weight @ weight.T + out.bias)
    mx.eval(table)
    if table.shape[0] != SEMANTIC_CODES:
        raise ValueError(f"it has {table.shape[0]} codes, not {SEMANTIC_CODES}")
    return table
