"""BiCodec's wave generator as a streaming layer: features, 50 frames per second, to samples at 16 kHz.

The architecture is that of DAC (arXiv 2306.06546): upsampling stages of residual units with growing dilation, and the
periodic activation Snake.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import mlx.core as mx

from wrappers.tts.spark.convolution import Upsampling, convolution, fold_weight_norm
from wrappers.tts.spark.streaming_layers import Chain, EachFrame, Layer, Residual


def wave_generator(generator: Any) -> Layer:
    """Build the layer from mlx-audio's `WaveGenerator`: [1, n, features] to [1, n * rate - held back, 1].

    raises ValueError, or AttributeError, for a network of another architecture
    """
    first, *stages, last_snake, last_convolution, _tanh = generator.model
    layers = [_convolution(first)]
    for stage in stages:
        snake, upsampling, *units = stage.block.layers
        layers += [_snake(snake), _upsampling(upsampling), *map(_residual_unit, units)]
    return Chain([*layers, _snake(last_snake), _convolution(last_convolution), EachFrame(mx.tanh)])


def _residual_unit(unit: Any) -> Layer:
    snake, dilated, second_snake, pointwise = unit.block.layers
    return Residual(Chain([_snake(snake), _convolution(dilated), _snake(second_snake), _convolution(pointwise)]))


def _convolution(module: Any) -> Layer:
    weight = fold_weight_norm(module.weight_g, module.weight_v, kept_axis=0)
    return convolution(weight, module.bias, module.dilation)


def _upsampling(module: Any) -> Layer:
    weight = fold_weight_norm(module.weight_g, module.weight_v, kept_axis=2)
    return Upsampling(weight, module.bias, module.stride, module.padding)


def _snake(module: Any) -> Layer:
    alpha = module.alpha
    return EachFrame(partial(_snake_of, alpha, 1 / (alpha + 1e-9)))


@partial(mx.compile, shapeless=True)
def _snake_of(alpha: mx.array, inverse: mx.array, frames: mx.array) -> mx.array:
    """x + sin(alpha x)^2 / alpha, per channel, in one pass over memory."""
    return frames + inverse * mx.square(mx.sin(alpha * frames))
