"""BiCodec's prenet as a streaming layer: one vector per token to the features that the wave generator takes.

ConvNeXt blocks as in Vocos (arXiv 2306.00814), the last group of them conditioned on the voice by scaling and shifting
its normalised frames. A voice does not change in time, so its scales are computed once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mlx.core as mx

from wrappers.tts.spark.convolution import convolution, depthwise_convolution
from wrappers.tts.spark.streaming_layers import Chain, EachFrame, Layer, Residual

_SAMPLING_GAIN = 3.0
"""A sampling block that keeps the rate adds its input to itself twice."""


class Prenet:
    """The weights of the prenet; `for_voice` makes the layer."""

    def __init__(self, decoder: Any) -> None:
        """
        decoder: mlx-audio's `Decoder`, in evaluation mode
        raises ValueError for one that changes the frame rate, as Spark-TTS's prenet does not
        """
        self._common: list[Layer] = []
        for sampling, backbone in decoder.downsample:
            if sampling.upsample_scale != 1 or sampling.downsample_scale != 1:
                raise ValueError("the prenet changes the frame rate")
            self._common += [EachFrame(lambda frames: _SAMPLING_GAIN * frames), *_Backbone(backbone).layers(_norm)]
        self._conditioned = _Backbone(decoder.vocos_backbone)
        self._output = decoder.linear
        self._limit: Callable[[mx.array], mx.array] | None = mx.tanh if decoder.use_tanh_at_final else None

    def for_voice(self, vector: mx.array) -> Layer:
        """The prenet that speaks with one voice: [1, n, width] to [1, n - held back, features].

        vector: the voice, float32 [1, features]
        """

        def voice_norm(norm: Any) -> Layer:
            scale, shift = norm.scale(vector)[0], norm.shift(vector)[0]
            mx.eval(scale, shift)
            return EachFrame(lambda frames: mx.fast.layer_norm(frames, scale, shift, norm.eps))

        def to_features(frames: mx.array) -> mx.array:
            features = self._output(frames)
            return vector + (self._limit(features) if self._limit else features)

        return Chain([*self._common, *self._conditioned.layers(voice_norm), EachFrame(to_features)])


class _Backbone:
    """A group of ConvNeXt blocks behind a convolution; how it normalises is decided by whoever takes the layers."""

    def __init__(self, backbone: Any) -> None:
        self._norms = [backbone.norm, *(block.norm for block in backbone.convnext)]
        self._embed = convolution(backbone.embed.weight, backbone.embed.bias)
        self._blocks = [
            (depthwise_convolution(block.dwconv.weight, block.dwconv.bias), EachFrame(_mixing(block)))
            for block in backbone.convnext
        ]
        self._final_norm = _norm(backbone.final_layer_norm)

    def layers(self, make_norm: Callable[[Any], Layer]) -> list[Layer]:
        first, *others = map(make_norm, self._norms)
        blocks = [
            Residual(Chain([depthwise, norm, mixing]))
            for (depthwise, mixing), norm in zip(self._blocks, others, strict=True)
        ]
        return [self._embed, first, *blocks, self._final_norm]


def _norm(norm: Any) -> Layer:
    return EachFrame(norm)


def _mixing(block: Any) -> Callable[[mx.array], mx.array]:
    """The part of a ConvNeXt block that mixes the channels of a frame, its layer scale folded into the weight."""
    scale = 1.0 if block.gamma is None else block.gamma
    widen = mx.contiguous(block.pwconv1.weight.T)
    narrow = mx.contiguous(block.pwconv2.weight.T * scale)
    widen_bias, narrow_bias, activation = block.pwconv1.bias, block.pwconv2.bias * scale, block.act
    mx.eval(widen, narrow, narrow_bias)
    return lambda frames: mx.addmm(narrow_bias, activation(mx.addmm(widen_bias, frames, widen)), narrow)
