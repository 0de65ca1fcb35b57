"""A tiny ONNX model with Smart Turn's input and output, written byte by byte: the package onnx is not needed.

It weighs the last 300 ms only: quiet there means finished. (The real one listens to much more.)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

_FLOAT = 1
_ENDS_STEPS = 30
"""Steps of 10 ms that count."""


def write_tiny_smart_turn(path: Path, input_name: str = "input_features", mels: int = 80, scale: float = 4.0) -> Path:
    """Write the model: sigmoid(-scale * the mean of the last steps). Other names and sizes make it a wrong one."""
    steps = 800
    weights = np.zeros((mels, steps), np.float32)
    weights[:, -_ENDS_STEPS:] = -scale / (mels * _ENDS_STEPS)
    graph = b"".join(
        (
            _field(1, _node("Flatten", [input_name], "flat")),
            _field(1, _node("MatMul", ["flat", "weights"], "sum")),
            _field(1, _node("Sigmoid", ["sum"], "logits")),
            _field(2, b"tiny"),
            _field(5, _tensor("weights", weights.reshape(-1, 1))),
            _field(11, _value(input_name, ["n", mels, steps])),
            _field(12, _value("logits", ["n", 1])),
        )
    )
    path.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(2, 13)))  # IR 8, opset 13
    return path


def _node(operator: str, inputs: list[str], output: str) -> bytes:
    return (
        b"".join(_field(1, name.encode()) for name in inputs)
        + _field(2, output.encode())
        + _field(4, operator.encode())
    )


def _tensor(name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> bytes:
    sizes = b"".join(_field(1, size) for size in values.shape)
    return sizes + _field(2, _FLOAT) + _field(8, name.encode()) + _field(9, values.tobytes())


def _value(name: str, shape: list[str | int]) -> bytes:
    sizes = b"".join(
        _field(1, _field(1, size) if isinstance(size, int) else _field(2, size.encode())) for size in shape
    )
    return _field(1, name.encode()) + _field(2, _field(1, _field(1, _FLOAT) + _field(2, sizes)))


def _field(number: int, value: int | bytes) -> bytes:
    """One field of a protobuf message: a number, or bytes with their length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    groups = []
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])
