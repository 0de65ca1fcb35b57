"""Which words are left of a text when a voice breaks off."""

from __future__ import annotations

import pytest
from support.app_dir import use_repository

use_repository()
from ten_packages.extension.failover_python.remaining import HAN_UNITS, units, unsaid  # noqa: E402


@pytest.mark.parametrize(
    ("said_units", "rest"),
    [(0, "Hello there, Ann."), (0.1, "there, Ann."), (5, "there, Ann."), (5.1, "Ann."), (10, "Ann."), (10.1, "")],
)
def test_a_word_that_was_begun_is_not_said_again(said_units: float, rest: str) -> None:
    assert unsaid("Hello there, Ann.", said_units) == rest


def test_chinese_is_cut_between_characters() -> None:
    assert unsaid("今天天气很好。", 3 * HAN_UNITS) == "气很好。"
    assert unsaid("我用 Python 写", 2 * HAN_UNITS + 0.5) == "写"


def test_only_what_is_heard_takes_time() -> None:
    assert units("... !?") == 0
    assert units("ab 3") == 3
    assert unsaid("", 1) == unsaid("...", 1) == ""
