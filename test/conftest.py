"""What all tests share: the report of what this machine can test."""

from pathlib import Path

import pytest
from support.require import CHECKS, parts_that_must_run

REAL_TIME = (
    Path("test/sound"),
    Path("test/end_to_end/test_live.py"),
    Path("test/end_to_end/test_live_barge_in.py"),
    Path("test/end_to_end/test_live_voice_chat.py"),
)
"""Tests on a sound card that does not wait: a busy machine may spoil one, so they are tried again before they fail."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(config.rootpath / place) for place in REAL_TIME):
            item.add_marker(pytest.mark.flaky(reruns=2))


def pytest_report_header() -> list[str]:
    lines = [f"{part}: its tests will skip, {missing}" for part, check in CHECKS.items() if (missing := check())]
    must_run = parts_that_must_run()
    return lines + ([f"may not skip here: {', '.join(sorted(must_run))}"] if must_run else [])
