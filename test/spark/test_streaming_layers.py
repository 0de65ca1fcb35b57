"""Each layer, in pieces, against the same operation of MLX at once."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from support.require import require

require("mlx")

import mlx.core as mx  # noqa: E402

from wrappers.tts.spark.convolution import (  # noqa: E402
    Upsampling,
    convolution,
    depthwise_convolution,
    fold_weight_norm,
)
from wrappers.tts.spark.streaming_layers import Chain, EachFrame, Frames, Layer, Residual  # noqa: E402

CHUNKINGS = [[40], [1] * 40, [3, 0, 7, 1, 29], [0, 39, 0, 1, 0]]


def noise(*shape: int) -> mx.array:
    return mx.array(np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32))


def in_pieces(layer: Layer, signal: mx.array, sizes: Sequence[int]) -> mx.array:
    """All output of the layer; the end of the signal comes by itself, after the last frames."""
    state, start = layer.start(), 0
    output: list[Frames] = []
    for size in [*sizes, 0]:
        ended = len(output) == len(sizes)
        piece: Frames = signal[:, start : start + size] if size else None
        frames, state = layer(piece, state, ended)
        start += size
        output.append(frames)
    return mx.concatenate([frames for frames in output if frames is not None], axis=1)


def assert_same(found: mx.array, expected: mx.array) -> None:
    np.testing.assert_allclose(as_numpy(found), as_numpy(expected), atol=1e-5)


def as_numpy(array: Frames) -> NDArray[np.float32]:
    return np.array(array)


@pytest.mark.parametrize("sizes", CHUNKINGS, ids=len)
@pytest.mark.parametrize(("kernel", "dilation"), [(1, 1), (3, 1), (7, 1), (7, 3), (7, 9)])
def test_convolution(kernel: int, dilation: int, sizes: list[int]) -> None:
    weight, bias, signal = noise(5, kernel, 6), noise(5), noise(1, 40, 6)
    layer = convolution(weight, bias, dilation)
    lag = dilation * (kernel - 1) // 2

    assert layer.lag == lag
    assert_same(in_pieces(layer, signal, sizes), mx.conv1d(signal, weight, 1, lag, dilation) + bias)


@pytest.mark.parametrize("sizes", CHUNKINGS, ids=len)
def test_depthwise_convolution(sizes: list[int]) -> None:
    weight, bias, signal = noise(6, 7, 1), noise(6), noise(1, 40, 6)
    expected = mx.conv1d(signal, weight, 1, 3, groups=6) + bias
    assert_same(in_pieces(depthwise_convolution(weight, bias), signal, sizes), expected)


@pytest.mark.parametrize("sizes", CHUNKINGS, ids=len)
@pytest.mark.parametrize(("kernel", "stride"), [(16, 8), (11, 5), (8, 4), (4, 2), (7, 3)])
def test_upsampling(kernel: int, stride: int, sizes: list[int]) -> None:
    weight, bias, signal = noise(5, kernel, 6), noise(5), noise(1, 40, 6)
    padding = (kernel - stride) // 2
    found = in_pieces(Upsampling(weight, bias, stride, padding), signal, sizes)

    assert found.shape[1] == 40 * stride
    assert_same(found, mx.conv_transpose1d(signal, weight, stride, padding) + bias)


@pytest.mark.parametrize("sizes", CHUNKINGS, ids=len)
def test_a_residual_waits_for_its_branch(sizes: list[int]) -> None:
    weight, bias, signal = noise(6, 7, 6), noise(6), noise(1, 40, 6)
    layer = Residual(Chain([EachFrame(mx.sin), convolution(weight, bias, dilation=3)]))
    expected = signal + mx.conv1d(mx.sin(signal), weight, 1, 9, 3) + bias
    assert_same(in_pieces(layer, signal, sizes), expected)


@pytest.mark.parametrize("sizes", CHUNKINGS, ids=len)
def test_a_chain_lags_as_much_as_it_says(sizes: list[int]) -> None:
    chain = Chain(
        [
            convolution(noise(6, 7, 6), noise(6)),
            Upsampling(noise(6, 8, 6), noise(6), 4, 2),
            Residual(convolution(noise(6, 5, 6), noise(6), dilation=2)),
        ]
    )
    state, given = chain.start(), 0
    for size in sizes:
        frames, state = chain(noise(1, size, 6) if size else None, state, False)
        given += 0 if frames is None else frames.shape[1]

    assert chain.rate == 4
    assert chain.lag == 3 * 4 + 2 + 4
    assert given == 40 * chain.rate - chain.lag


def test_a_signal_of_one_frame_and_a_signal_of_none() -> None:
    weight, bias, signal = noise(6, 7, 6), noise(6), noise(1, 1, 6)
    chain = Chain([convolution(weight, bias), Upsampling(weight, bias, 3, 2)])
    expected = mx.conv_transpose1d(mx.conv1d(signal, weight, 1, 3) + bias, weight, 3, 2) + bias

    assert_same(in_pieces(chain, signal, [1]), expected)
    assert chain(None, chain.start(), True)[0] is None


def test_a_state_is_not_changed_by_its_use() -> None:
    layer = Chain([convolution(noise(6, 7, 6), noise(6)), Upsampling(noise(6, 8, 6), noise(6), 4, 2)])
    _, state = layer(noise(1, 10, 6), layer.start(), False)
    first, _ = layer(noise(1, 5, 6), state, False)
    layer(None, state, True)
    second, _ = layer(noise(1, 5, 6), state, False)
    assert as_numpy(first).tobytes() == as_numpy(second).tobytes()


def test_weight_norm_is_folded_as_its_definition_says() -> None:
    gain, direction = noise(4, 1, 1), noise(4, 3, 5)
    folded = as_numpy(fold_weight_norm(gain, direction, kept_axis=0))
    lengths = np.linalg.norm(folded.reshape(4, -1), axis=1)
    np.testing.assert_allclose(lengths, np.abs(as_numpy(gain).reshape(-1)), rtol=1e-5)


def test_shapes_that_do_not_keep_the_length_are_refused() -> None:
    with pytest.raises(ValueError, match="odd kernel"):
        convolution(noise(5, 4, 6), noise(5))
    with pytest.raises(ValueError, match="kernel 8, stride 3 and padding 2"):
        Upsampling(noise(5, 8, 6), noise(5), 3, 2)
    with pytest.raises(ValueError, match="multiplies it by 3"):
        Residual(Upsampling(noise(5, 7, 6), noise(5), 3, 2))
