"""The streaming codec against mlx-audio's own decoding of the same tokens at once."""

from itertools import pairwise

import numpy as np
import pytest
from support.require import require

require("mlx")

import mlx.core as mx  # noqa: E402
from support.spark_codec import (  # noqa: E402
    Samples,
    codec,
    in_chunks,
    offline,
    some_tokens,
    streamed,
    voice,
    voice_tokens,
)

from wrappers.tts.spark.calibration import signal_to_noise_db  # noqa: E402
from wrappers.tts.spark.rates import (  # noqa: E402
    EXACT_LOOK_AHEAD,
    GLOBAL_TOKENS,
    SAMPLES_PER_TOKEN,
    SEMANTIC_CODES,
    WAVE_LOOK_AHEAD,
)

LENGTHS = [1, 2, 9, 66, 67, 68, 200]
CHUNKINGS = {"one by one": [1], "uneven": [3, 7, 2, 31], "growing": [10, 15, 22, 33], "whole": [200]}


def largest_difference(found: Samples, expected: Samples) -> float:
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max())


@pytest.mark.parametrize("chunking", CHUNKINGS)
@pytest.mark.parametrize("length", LENGTHS)
def test_exact_mode_gives_the_samples_of_offline_decoding(length: int, chunking: str) -> None:
    tokens = some_tokens(length)
    pieces = streamed(in_chunks(tokens, CHUNKINGS[chunking]))
    found = np.concatenate(pieces)

    assert found.dtype == np.float32
    assert len(found) == SAMPLES_PER_TOKEN * length
    assert largest_difference(found, offline(tokens)) <= 1e-5


def test_samples_come_as_soon_as_the_network_allows() -> None:
    tokens = some_tokens(EXACT_LOOK_AHEAD + WAVE_LOOK_AHEAD)
    stream = codec().stream(voice())
    assert len(stream.push(tokens[:-1])) == 0
    assert 0 < len(stream.push(tokens[-1:])) <= SAMPLES_PER_TOKEN


def test_a_smaller_look_ahead_gives_the_same_number_of_tokens_earlier() -> None:
    tokens = some_tokens(26)
    assert len(streamed([tokens], look_ahead=6)[0]) // SAMPLES_PER_TOKEN == 10
    assert len(streamed([tokens[:20]], look_ahead=4)[0]) // SAMPLES_PER_TOKEN == 6


def test_more_look_ahead_is_never_worse_and_57_is_exact() -> None:
    tokens = some_tokens(68)
    expected = offline(tokens)
    ratios = [
        signal_to_noise_db(expected, np.concatenate(streamed(in_chunks(tokens, [12]), look_ahead)))
        for look_ahead in (0, 4, 8, 12, 20)
    ]
    exact = np.concatenate(streamed(in_chunks(tokens, [12]), EXACT_LOOK_AHEAD))

    assert ratios == sorted(ratios)
    assert 0 < ratios[0] < 20
    assert ratios[-1] > 80
    assert largest_difference(exact, expected) <= 1e-5


@pytest.mark.parametrize("look_ahead", [6, 16])
def test_chunks_join_without_a_step(look_ahead: int) -> None:
    tokens = some_tokens(120)
    whole = offline(tokens)
    pieces = [piece for piece in streamed(in_chunks(tokens, [6, 5, 13]), look_ahead) if len(piece)]
    joins = np.cumsum([len(piece) for piece in pieces[:-1]])
    steps = [abs(float(after[0] - before[-1])) for before, after in pairwise(pieces)]
    steps_of_the_sound = np.abs(whole[joins] - whole[joins - 1])

    assert len(steps) > 10
    assert np.mean(steps) <= 1.2 * np.mean(steps_of_the_sound)
    assert max(steps) <= np.abs(np.diff(whole)).max()


def test_look_ahead_may_change_on_the_way() -> None:
    tokens = some_tokens(120)
    stream = codec().stream(voice())
    chunks = [tokens[:26], *in_chunks(tokens[26:], [12])]
    look_aheads = [6, 9, 20, 57, 57, 10, 25, 0]
    pieces = [stream.push(chunk, look_ahead) for chunk, look_ahead in zip(chunks[:8], look_aheads, strict=True)]
    found = np.concatenate([*pieces, stream.flush(chunks[8])])

    assert len(found) == SAMPLES_PER_TOKEN * len(tokens)
    assert 10 < signal_to_noise_db(offline(tokens), found) < 80


def test_without_further_tokens_a_smaller_look_ahead_gives_the_end_in_pieces_and_exactly() -> None:
    tokens = some_tokens(68)
    stream = codec().stream(voice())
    pieces = [stream.push(tokens), *(stream.push([], look_ahead) for look_ahead in (40, 4)), stream.flush()]

    assert all(len(piece) for piece in pieces)
    assert largest_difference(np.concatenate(pieces), offline(tokens)) <= 1e-5


def test_a_fork_that_looks_further_changes_nothing() -> None:
    tokens = some_tokens(36)
    undisturbed = streamed(in_chunks(tokens, [12]), look_ahead=8)

    stream = codec().stream(voice())
    pieces = []
    for chunk in in_chunks(tokens, [12]):
        pieces.append(stream.push(chunk, 8))
        stream.fork().flush(some_tokens(5, seed=9))
    pieces.append(stream.flush())

    assert [piece.tobytes() for piece in pieces] == [piece.tobytes() for piece in undisturbed]


def test_two_streams_with_two_voices_do_not_mix() -> None:
    chunks, others = in_chunks(some_tokens(36), [12]), in_chunks(some_tokens(36, seed=2), [12])
    alone = streamed(chunks, 8)
    other_alone = streamed(others, 8, codec().stream(voice(1)))

    first, second = codec().stream(voice(0)), codec().stream(voice(1))
    together = [(first.push(chunk, 8), second.push(other, 8)) for chunk, other in zip(chunks, others, strict=True)]
    together.append((first.flush(), second.flush()))

    for (one, another), expected, other_expected in zip(together, alone, other_alone, strict=True):
        assert one.tobytes() == expected.tobytes()
        assert another.tobytes() == other_expected.tobytes()


def test_the_voice_is_heard() -> None:
    tokens = some_tokens(9)
    other = np.concatenate(streamed([tokens], stream=codec().stream(voice(1))))
    assert largest_difference(other, offline(tokens, 1)) <= 1e-5
    assert largest_difference(other, offline(tokens, 0)) > 0.01


def test_an_utterance_without_tokens_is_silent() -> None:
    stream = codec().stream(voice())
    assert len(stream.push([])) == 0
    assert len(stream.flush()) == 0


@pytest.mark.parametrize("tokens", [[-1], [3, SEMANTIC_CODES], [2**40]])
def test_a_token_out_of_range_is_an_error_and_leaves_the_stream_as_it_was(tokens: list[int]) -> None:
    said = some_tokens(12)
    stream = codec().stream(voice())
    stream.push(said[:6])
    with pytest.raises(ValueError, match=rf"0\.\.{SEMANTIC_CODES - 1}"):
        stream.push(tokens)
    assert largest_difference(stream.flush(said[6:]), offline(said)) <= 1e-5


@pytest.mark.parametrize("look_ahead", [-1, EXACT_LOOK_AHEAD + 1])
def test_a_look_ahead_out_of_range_is_an_error(look_ahead: int) -> None:
    with pytest.raises(ValueError, match=rf"look_ahead is {look_ahead}"):
        codec().stream(voice()).push([1], look_ahead)


@pytest.mark.parametrize("tokens", [[], [0] * (GLOBAL_TOKENS - 1), [0] * (GLOBAL_TOKENS - 1) + [4096]])
def test_a_voice_that_is_none_is_an_error(tokens: list[int]) -> None:
    with pytest.raises(ValueError, match="a voice is 32 tokens"):
        codec().voice(tokens)


def test_memory_does_not_grow_with_utterances() -> None:
    def utterance(seed: int) -> int:
        streamed([some_tokens(3, seed)], look_ahead=4, stream=codec().stream(codec().voice(voice_tokens(seed))))
        return int(mx.get_active_memory())

    used = [utterance(seed) for seed in range(100)]
    assert max(used[50:]) <= max(used[:5])


def test_memory_does_not_grow_with_the_length_of_an_utterance() -> None:
    stream = codec().stream(voice())
    used = []
    for chunk in in_chunks(some_tokens(180), [12]):
        stream.push(chunk, 6)
        used.append(mx.get_active_memory())
    assert max(used[8:]) <= max(used[4:8]) + 65536
