"""Layers that take a signal in pieces and give the same output as if they had got it at once.

A layer is called as `(frames, state, last) -> (frames, state)`. Its state is what it must remember of the past: nested
tuples of arrays that nobody changes. So a state can be kept, and the signal continued from it in two ways; that is how
a decoder looks ahead and goes back.

A layer that needs frames of the future lags: it gives fewer frames than it got. `last` ends the signal: the layer then
assumes zeros behind it, as the same layer does offline, and gives what it held back. Afterwards its state is of no use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import mlx.core as mx

Frames: TypeAlias = mx.array | None
"""Part of a signal, [1, frames, channels]; None for no frames at all, as MLX's operations do not take empty arrays."""
State: TypeAlias = Any
"""None, an array, or a tuple of states: what `mlx.core.eval` takes."""


class Layer(Protocol):
    """One step of a network that works on a signal in time."""

    rate: int
    """Frames out for each frame in."""
    lag: int
    """Frames, counted at the output, that are held back until the signal goes on or ends."""

    def start(self) -> State:
        """The state before the first frame."""
        ...

    def __call__(self, frames: Frames, state: State, last: bool) -> tuple[Frames, State]:
        """Take more of the signal; return what is certain now, and the state after it."""
        ...


def join(before: Frames, after: Frames) -> Frames:
    """The two parts as one."""
    if before is None:
        return after
    if after is None:
        return before
    return mx.concatenate([before, after], axis=1)


def cut(frames: Frames, start: int, end: int | None = None) -> Frames:
    """Frames `start` to before `end`, None if these are none."""
    if frames is None:
        return None
    part = frames[:, start:end]
    return part if part.shape[1] else None


def count(frames: Frames) -> int:
    """How many frames there are."""
    return 0 if frames is None else frames.shape[1]


class EachFrame:
    """A function that treats every frame by itself: it needs no state."""

    rate = 1
    lag = 0

    def __init__(self, function: Callable[[mx.array], mx.array]) -> None:
        """function: from [1, n, channels in] to [1, n, channels out]"""
        self._function = function

    def start(self) -> State:
        return None

    def __call__(self, frames: Frames, state: State, last: bool) -> tuple[Frames, State]:
        return (None if frames is None else self._function(frames)), state


class Chain:
    """Layers one after the other."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = tuple(layers)
        self.rate = 1
        self.lag = 0
        for layer in self._layers:
            self.rate *= layer.rate
            self.lag = self.lag * layer.rate + layer.lag

    def start(self) -> State:
        return tuple(layer.start() for layer in self._layers)

    def __call__(self, frames: Frames, state: State, last: bool) -> tuple[Frames, State]:
        after = []
        for layer, layer_state in zip(self._layers, state, strict=True):
            if frames is not None or last:  # at the end each layer has frames of its own to give
                frames, layer_state = layer(frames, layer_state, last)
            after.append(layer_state)
        return frames, tuple(after)


class Residual:
    """The signal plus what a branch makes of it; the signal waits for the branch where that lags."""

    rate = 1

    def __init__(self, branch: Layer) -> None:
        """raises ValueError for a branch that changes the frame rate"""
        if branch.rate != 1:
            raise ValueError(f"a residual branch must keep the frame rate, this one multiplies it by {branch.rate}")
        self._branch = branch
        self.lag = branch.lag

    def start(self) -> State:
        return self._branch.start(), None

    def __call__(self, frames: Frames, state: State, last: bool) -> tuple[Frames, State]:
        branch_state, waiting = state
        change, branch_state = self._branch(frames, branch_state, last)
        signal = join(waiting, frames)
        if signal is None or change is None:
            return None, (branch_state, signal)
        ready = change.shape[1]
        return signal[:, :ready] + change, (branch_state, cut(signal, ready))
