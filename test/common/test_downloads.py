"""Whether the hub answers, which is asked before the conversation."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from wrappers.downloads import hub_answers


def answers(monkeypatch: pytest.MonkeyPatch, offline: bool = False, error: Exception | None = None) -> bool:
    """With a hub library that is made up."""
    asked: list[str] = []

    def head(url: str, timeout: float) -> None:
        asked.append(url)
        assert 0 < timeout <= 5
        if error is not None:
            raise error

    library: Any = ModuleType("huggingface_hub")
    library.constants = SimpleNamespace(HF_HUB_OFFLINE=offline, ENDPOINT="https://hub.example")
    library.get_session = lambda: SimpleNamespace(head=head)
    monkeypatch.setitem(sys.modules, "huggingface_hub", library)
    hub_answers.cache_clear()
    found = hub_answers(), hub_answers()
    hub_answers.cache_clear()
    assert found[0] == found[1]
    assert asked == ([] if offline else ["https://hub.example"]), "asked at most once"
    return found[0]


def test_it_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answers(monkeypatch)


def test_nobody_is_asked_where_the_user_wants_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not answers(monkeypatch, offline=True)


def test_a_network_that_fails_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not answers(monkeypatch, error=OSError("unreachable"))


def test_without_the_library_nothing_can_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    hub_answers.cache_clear()
    assert not hub_answers()
    hub_answers.cache_clear()
