"""Learning how fast tokens come and how long decoding takes."""

import math

import pytest

from wrappers.tts.spark.speed import DecodeTime, TokenRate


def test_decode_time_is_learned_from_a_few_chunks() -> None:
    learned = DecodeTime()
    for frames in (20, 7, 9, 30, 12):
        learned.learn(frames, 0.02 + 0.003 * frames)
    assert learned.call_s == pytest.approx(0.02, abs=0.008)
    assert learned.frame_s == pytest.approx(0.003, rel=0.2)
    assert learned.predict_s(100) == pytest.approx(0.32, rel=0.1)


def test_the_first_chunk_already_corrects_the_guess() -> None:
    learned = DecodeTime(call_s=0.005, frame_s=0.001)
    assert learned.predict_s(100) == pytest.approx(0.105)
    learned.learn(20, 0.2)
    assert learned.predict_s(100) == pytest.approx(1.0, rel=0.1)


def test_a_machine_that_gets_slower_is_noticed() -> None:
    learned = DecodeTime()
    for slowness in [1] * 20 + [4] * 20:
        for frames in (10, 20):
            learned.learn(frames, slowness * (0.01 + 0.001 * frames))
    assert learned.predict_s(20) == pytest.approx(0.12, rel=0.1)


def test_always_the_same_number_of_frames_and_nonsense_give_no_negative_cost() -> None:
    learned = DecodeTime()
    for _ in range(200):
        learned.learn(10, 0.05)
    assert learned.predict_s(10) == pytest.approx(0.05)
    assert learned.call_s >= 0 and learned.frame_s >= 0

    for frames, seconds in ((10, 0.5), (100, 0.01), (0, 0.0), (10, 0.5)):
        learned.learn(frames, seconds)
        assert learned.call_s >= 0 and learned.frame_s >= 0


def test_frames_within_a_time() -> None:
    learned = DecodeTime(call_s=0.01, frame_s=0.001)
    assert learned.frames_within(0.05) == 40
    assert learned.frames_within(0.005) == 0
    assert learned.frames_within(-math.inf) == 0


def test_break_even() -> None:
    learned = DecodeTime(call_s=0.01, frame_s=0.001)
    assert learned.break_even() == pytest.approx(0.01 / 0.019)
    assert learned.break_even(token_s=0.01) == pytest.approx(0.01 / 0.009)
    assert learned.break_even(token_s=0.02) == math.inf


def test_the_token_rate_leaves_out_what_it_was_interrupted_by() -> None:
    rate = TokenRate()
    now_s = 5.0
    for token in range(30):
        now_s += 0.02
        rate.token(now_s)
        if token % 10 == 9:
            rate.interrupted()
            now_s += 3.0
    assert rate.token_s == pytest.approx(0.02)


def test_the_token_rate_follows() -> None:
    rate = TokenRate()
    now_s = 0.0
    for token_s in [0.01] * 30 + [0.03] * 50:
        now_s += token_s
        rate.token(now_s)
    assert rate.token_s == pytest.approx(0.03, rel=0.02)


def test_one_pause_is_not_a_new_speed() -> None:
    rate = TokenRate()
    for token in range(20):
        rate.token(0.01 * token)
    rate.token(5.0)
    assert rate.token_s == pytest.approx(0.013)
