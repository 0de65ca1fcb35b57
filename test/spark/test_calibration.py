"""Measuring how much look-ahead the weights need, and keeping the result."""

import math
from pathlib import Path

import numpy as np
import pytest
from support.require import require

require("mlx")

from support.spark_codec import codec, some_tokens, voice  # noqa: E402

from wrappers.tts.spark.calibration import (  # noqa: E402
    Calibration,
    calibrate,
    load_calibration,
    save_calibration,
    signal_to_noise_db,
)

RESULT = Calibration(14, 40.0, ((6, 21.5), (14, 44.25), (57, math.inf)))


def test_the_small_model_needs_between_10_and_25_tokens() -> None:
    told: list[float] = []
    result = calibrate(codec(), voice(), some_tokens(40), look_aheads=(0, 10, 16, 25, 57), report=told.append)
    ratios = dict(result.table)

    assert 10 <= result.look_ahead <= 25
    assert ratios[result.look_ahead] >= result.target_db == 40
    assert list(ratios.values()) == sorted(ratios.values())
    assert ratios[0] < 20 and ratios[57] > 100
    assert told == pytest.approx([0.2, 0.4, 0.6, 0.8, 1])


def test_a_lower_target_needs_less() -> None:
    result = calibrate(codec(), voice(), some_tokens(24), target_db=12, look_aheads=(2, 6, 57))
    assert result.look_ahead == 6


def test_what_no_look_ahead_keeps_needs_all_of_it() -> None:
    result = calibrate(codec(), voice(), some_tokens(20), target_db=500, look_aheads=(0, 57))
    assert result.look_ahead == 57


def test_nothing_to_decode_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs some tokens"):
        calibrate(codec(), voice(), [])


def test_a_result_is_kept_per_model(tmp_path: Path) -> None:
    file = save_calibration(tmp_path / "cache", "abc", RESULT)

    assert load_calibration(tmp_path / "cache", "abc") == RESULT
    assert load_calibration(tmp_path / "cache", "def") is None
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"look_ahead": 3}', "\x00"])
def test_a_kept_result_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    save_calibration(tmp_path, "abc", RESULT).write_text(content, encoding="utf-8")
    assert load_calibration(tmp_path, "abc") is None


def test_a_kept_look_ahead_that_is_out_of_range_is_none(tmp_path: Path) -> None:
    save_calibration(tmp_path, "abc", Calibration(99, 40.0, ()))
    assert load_calibration(tmp_path, "abc") is None


def test_the_table_shows_what_was_chosen() -> None:
    lines = RESULT.lines()
    assert len(lines) == 4
    assert [line for line in lines if "<-" in line] == ["  14 tokens      44.2 dB  <- the first that keeps 40 dB"]
    assert "exact" in lines[-1]


def test_signal_to_noise() -> None:
    signal = np.array([1, -1, 1, -1], np.float32)
    assert signal_to_noise_db(signal, signal) == math.inf
    assert signal_to_noise_db(signal, signal * np.float32(0.9)) == pytest.approx(20)
    assert signal_to_noise_db(np.zeros(4, np.float32), signal) == -math.inf
