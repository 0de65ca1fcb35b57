"""When tokens were said, from attention."""

from itertools import product

import numpy as np
import pytest

from wrappers.asr.word_alignment import cheapest_path, token_starts


def attention(starts: list[int], frames: int, heads: int = 3) -> np.ndarray:
    """Each token looks at its own frames, and the heads disagree a little."""
    rng = np.random.default_rng(2)
    weights = rng.uniform(0, 0.02, (heads, len(starts), frames)).astype(np.float32)
    for token, (start, end) in enumerate(zip(starts, [*starts[1:], frames], strict=True)):
        weights[:, token, start:end] += 1 / (end - start)
    return weights


def test_tokens_begin_where_attention_moves_to_them() -> None:
    starts = [0, 40, 55, 120, 180]
    found = token_starts(attention(starts, 220))
    assert np.abs(found - starts).max() <= 3


@pytest.mark.parametrize(("tokens", "frames"), [(1, 1), (1, 30), (5, 2), (9, 9)])
def test_any_shape_gives_one_start_for_each_token(tokens: int, frames: int) -> None:
    found = token_starts(np.random.default_rng(1).uniform(size=(2, tokens, frames)).astype(np.float32))
    assert len(found) == tokens
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0 and found.max() < frames


@pytest.mark.parametrize("seed", range(5))
def test_the_path_is_the_cheapest_of_all(seed: int) -> None:
    costs = np.random.default_rng(seed).normal(size=(3, 4)).astype(np.float32)

    def cheapest(row: int, column: int) -> float:
        if (row, column) == (2, 3):
            return float(costs[2, 3])
        steps = [(row + down, column + right) for down, right in product((0, 1), repeat=2) if down or right]
        return float(costs[row, column]) + min(cheapest(*step) for step in steps if step[0] <= 2 and step[1] <= 3)

    rows, columns = cheapest_path(costs)
    assert costs[rows, columns].sum() == pytest.approx(cheapest(0, 0), abs=1e-5)
    assert (rows[0], columns[0], rows[-1], columns[-1]) == (0, 0, 2, 3)
