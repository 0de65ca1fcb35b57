"""Convolutions as streaming layers.

Both are written as one matrix product each: MLX's own convolutions fall back to plain loops on the CPU where they are
dilated or transposed (4 times as slow there), and short chunks, as streaming makes them, suit a product everywhere.
"""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx

from wrappers.tts.spark.streaming_layers import EachFrame, Frames, Layer, State, count, join


def fold_weight_norm(gain: mx.array, direction: mx.array, kept_axis: int) -> mx.array:
    """The weight that weight normalisation stands for: `direction` scaled to the length `gain` along `kept_axis`.

    gain, direction: [3 axes], as mlx-audio names them weight_g and weight_v
    """
    axes = tuple(axis for axis in range(3) if axis != kept_axis)
    return gain * direction / mx.sqrt(mx.sum(mx.square(direction), axis=axes, keepdims=True))


def convolution(weight: mx.array, bias: mx.array, dilation: int = 1) -> Layer:
    """A convolution that keeps the length, over all channels.

    weight: [channels out, kernel, channels in], kernel odd
    bias: [channels out]
    raises ValueError for an even kernel
    """
    _, kernel, channels_in = weight.shape
    matrix = _laid_out(weight.reshape(weight.shape[0], -1).T)
    if kernel == 1:
        return EachFrame(lambda frames: mx.addmm(bias, frames, matrix))
    strides = (channels_in, dilation * channels_in, 1)

    def convolve(frames: mx.array, length: int) -> mx.array:
        taps = mx.as_strided(frames, (length, kernel, channels_in), strides)
        return mx.addmm(bias, taps.reshape(1, length, -1), matrix)

    return _SameLength(convolve, kernel, dilation, channels_in)


def depthwise_convolution(weight: mx.array, bias: mx.array) -> Layer:
    """A convolution that keeps the length, each channel by itself.

    weight: [channels, kernel, 1], kernel odd
    bias: [channels]
    raises ValueError for an even kernel
    """
    channels, kernel, _ = weight.shape

    def convolve(frames: mx.array, _length: int) -> mx.array:
        return mx.conv1d(frames, weight, groups=channels) + bias

    return _SameLength(convolve, kernel, 1, channels)


class _SameLength:
    """What convolutions that keep the length share: zeros around the signal, and the frames that are needed again.

    State: the last frames of the signal, at most 2 * lag of them, [1, n, channels in].
    """

    rate = 1

    def __init__(
        self, convolve: Callable[[mx.array, int], mx.array], kernel: int, dilation: int, channels_in: int
    ) -> None:
        """convolve: from [1, length + 2 * lag, channels in] and the length to [1, length, channels out]"""
        if kernel % 2 == 0:
            raise ValueError(f"only an odd kernel keeps the length, this one has {kernel} taps")
        self.lag = dilation * (kernel - 1) // 2
        self._convolve = convolve
        self._padding = mx.zeros((1, self.lag, channels_in))

    def start(self) -> State:
        return self._padding

    def __call__(self, frames: Frames, state: State, last: bool) -> tuple[Frames, State]:
        seen = join(state, frames)
        if last:
            seen = join(seen, self._padding)
        length = count(seen) - 2 * self.lag
        if seen is None or length <= 0:
            return None, seen
        return self._convolve(seen, length), seen[:, length:]


class Upsampling:
    """A transposed convolution: each frame becomes `kernel` frames that overlap, `stride` apart.

    Its state is the part of the last frames' output that later frames still add to.
    """

    def __init__(self, weight: mx.array, bias: mx.array, stride: int, padding: int) -> None:
        """
        weight: [channels out, kernel, channels in]
        bias: [channels out]
        padding: frames that are dropped at both ends of the output
        raises ValueError where the output is not `stride` times as long as the input
        """
        self._channels, kernel, channels_in = weight.shape
        if kernel - stride != 2 * padding or not 0 < padding < stride:
            raise ValueError(f"kernel {kernel}, stride {stride} and padding {padding} do not keep the length")
        self.rate = stride
        self.lag = padding
        self._bias = bias
        self._steps = -(-kernel // stride)
        """Input frames that one output frame depends on."""
        filled = mx.pad(weight, [(0, 0), (0, self._steps * stride - kernel), (0, 0)])
        self._matrix = _laid_out(filled.transpose(2, 1, 0).reshape(channels_in, -1))

    def start(self) -> State:
        return None

    def __call__(self, frames: Frames, state: State, last: bool) -> tuple[Frames, State]:
        """State: None before the first frame, then the unfinished output, [1, (steps - 1) * stride, channels]."""
        if frames is None:
            rest = state[:, : self.lag] + self._bias if last and state is not None else None
            return rest, state
        output = self._overlapped(frames)
        if state is not None:
            open_end = state.shape[1]
            output = mx.concatenate([output[:, :open_end] + state, output[:, open_end:]], axis=1)
        finished = frames.shape[1] * self.rate
        start = self.lag if state is None else 0
        end = finished + self.lag if last else finished
        return output[:, start:end] + self._bias, output[:, finished:]

    def _overlapped(self, frames: mx.array) -> mx.array:
        """[1, n, channels in] -> [1, (n + steps - 1) * stride, channels out], without the bias"""
        length = frames.shape[1]
        steps = (frames @ self._matrix).reshape(length, self._steps, self.rate, self._channels)
        output = mx.zeros((length + self._steps - 1, self.rate, self._channels))
        for step in range(self._steps):
            output = output + mx.pad(steps[:, step], [(step, self._steps - 1 - step), (0, 0), (0, 0)])
        return output.reshape(1, -1, self._channels)


def _laid_out(array: mx.array) -> mx.array:
    """The array laid out in memory once, rather than at each use."""
    array = mx.contiguous(array)
    mx.eval(array)
    return array
