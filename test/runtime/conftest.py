"""An exception in an extension ends the process. In these tests it is only noted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ten_runtime import _exit


@pytest.fixture(autouse=True)
def exits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Exit codes of ends by force; a test that expects some takes them out of the list."""
    codes: list[int] = []
    monkeypatch.setattr(_exit, "_exit_process", codes.append)
    yield codes
    assert codes == []
