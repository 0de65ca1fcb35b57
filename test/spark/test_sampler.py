"""Drawing tokens: the distribution, and that it depends on the seed alone."""

import numpy as np
import pytest
from numpy.typing import NDArray
from support.require import require

require("mlx")

import mlx.core as mx  # noqa: E402

from wrappers.tts.spark.sampler import Sampler  # noqa: E402
from wrappers.tts.spark.sampling import SamplingOptions  # noqa: E402

LOGITS = np.array([2.0, 1.5, 1.2, 0.9, 0.5, 0.1, -0.5, -3.0], np.float32)[[4, 0, 7, 2, 5, 1, 6, 3]]
"""In no order."""
DRAWS = 2000


def wanted(options: SamplingOptions) -> NDArray[np.float64]:
    """Chances of the tokens by the definition: temperature, then top k, then top p of these."""
    values = LOGITS.astype(np.float64) / options.temperature
    order = np.argsort(-values)
    order = order[: options.top_k or None]
    chances = np.exp(values[order]) / np.exp(values[order]).sum()
    kept = np.cumsum(chances) - chances < options.top_p
    result = np.zeros(len(values))
    result[order[kept]] = chances[kept] / chances[kept].sum()
    return result


def draw(options: SamplingOptions, seed: int, count: int = 1, logits: NDArray[np.float32] = LOGITS) -> list[int]:
    sampler, given = Sampler(options), mx.array(logits)
    state, drawn = sampler.start(seed), []
    for _ in range(count):
        index, state = sampler(given, state)
        drawn.append(index)
    return [int(index) for index in drawn]


@pytest.mark.parametrize(
    "options",
    [
        SamplingOptions(temperature=1.0, top_k=0, top_p=1.0),
        SamplingOptions(temperature=0.5, top_k=0, top_p=1.0),
        SamplingOptions(temperature=0.8, top_k=4, top_p=1.0),
        SamplingOptions(temperature=0.8, top_k=0, top_p=0.8),
        SamplingOptions(temperature=0.8, top_k=5, top_p=0.7),
    ],
    ids=lambda options: f"{options.temperature}-{options.top_k}-{options.top_p}",
)
def test_tokens_come_as_often_as_the_definition_says(options: SamplingOptions) -> None:
    chances = wanted(options)
    shares = np.bincount(draw(options, 3, DRAWS), minlength=len(LOGITS)) / DRAWS

    assert not shares[chances == 0].any()
    assert np.abs(shares - chances).max() < 4 * np.sqrt(0.25 / DRAWS)


def test_top_k_comes_before_top_p() -> None:
    """With top p first, two tokens would be left; of the best two by themselves, the first one is enough."""
    logits = np.log(np.array([0.4, 0.3, 0.2, 0.1], np.float32))
    options = SamplingOptions(temperature=1.0, top_k=2, top_p=0.55)
    assert set(draw(options, 1, 100, logits)) == {0}


def test_more_than_all_tokens_are_all_tokens() -> None:
    assert set(draw(SamplingOptions(temperature=2.0, top_k=500, top_p=1.0), 5, 1000)) == set(range(len(LOGITS)))


def test_at_temperature_0_it_is_the_likeliest() -> None:
    assert draw(SamplingOptions(temperature=0), 1, 3) == [int(LOGITS.argmax())] * 3


def test_the_seed_decides() -> None:
    options = SamplingOptions(top_k=0, top_p=1.0)
    assert draw(options, 11, 40) == draw(options, 11, 40)
    assert draw(options, 11, 40) != draw(options, 12, 40)


def test_any_number_is_a_seed() -> None:
    options = SamplingOptions()
    assert draw(options, -1, 5) == draw(options, 2**64 - 1, 5)
    assert len(draw(options, 10**30, 5)) == 5


def test_what_was_drawn_elsewhere_changes_nothing() -> None:
    sampler = Sampler(SamplingOptions(top_k=0, top_p=1.0))
    expected = draw(SamplingOptions(top_k=0, top_p=1.0), 7, 20)
    state, drawn = sampler.start(7), []
    for _ in range(20):
        mx.random.seed(0)  # the state that all users of MLX share
        sampler(mx.array(LOGITS), sampler.start(99))
        index, state = sampler(mx.array(LOGITS), state)
        drawn.append(int(index))

    assert drawn == expected


def test_a_state_can_be_continued_twice() -> None:
    sampler, logits = Sampler(), mx.array(LOGITS)
    _, state = sampler(logits, sampler.start(4))
    assert int(sampler(logits, state)[0]) == int(sampler(logits, state)[0])


def test_a_penalty_makes_repetitions_rare() -> None:
    logits = np.array([1.0, 0.9, -0.2, -0.3], np.float32)
    greedy = SamplingOptions(temperature=0, repetition_penalty=2.0)
    # 0 wins, then 0.9 beats 1/2; then 1/2 and 0.9/2 beat the others, which were never drawn.
    assert draw(greedy, 0, 4, logits) == [0, 1, 0, 0]
    assert draw(greedy, 0, 3, np.array([-0.1, -0.15, -0.3], np.float32)) == [0, 1, 0]


def test_half_precision_is_drawn_from_as_well() -> None:
    sampler = Sampler(SamplingOptions(temperature=0))
    index, _ = sampler(mx.array(LOGITS).astype(mx.bfloat16), sampler.start(0))
    assert int(index) == LOGITS.argmax()


@pytest.mark.parametrize(
    "wrong",
    [{"temperature": -1}, {"temperature": 9}, {"top_k": -1}, {"top_p": 0}, {"top_p": 1.5}, {"repetition_penalty": 0.5}],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SamplingOptions(**wrong)  # type: ignore[arg-type]
