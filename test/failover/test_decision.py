"""Who works, and when that changes: the decision alone, in made-up time."""

from __future__ import annotations

import math
from typing import Any

import pytest
from support.app_dir import use_repository

use_repository()
from ten_packages.extension.failover_python.decision import (  # noqa: E402
    Decision,
    Fail,
    GiveUp,
    Move,
    Probe,
    SayReady,
    Side,
    Switch,
)

P, B = Side.PRIMARY, Side.BACKUP
FIRST_OUTPUT_MS, READY_MS, PROBE_MS = 2000, 60_000, 30_000


class Story:
    """Tells the decision what happens, and keeps what it wants, with its time."""

    def __init__(self, *, serial: bool = True, ready: tuple[Any, ...] = (P, B)) -> None:
        self.now_ms = 0
        self.did: list[Any] = []
        self.decision = Decision(FIRST_OUTPUT_MS, READY_MS, PROBE_MS, 0, serial=serial)
        for side in ready:
            self.is_ready(side)
        self.did.clear()

    def is_ready(self, side: Any) -> None:
        self._do(self.decision.ready(side, self.now_ms))

    def asks(self, request_id: str) -> Any:
        side = self.decision.begin(request_id)
        self.decision.wait(request_id, self.now_ms)
        return side

    def answers(self, request_id: str, side: Any) -> None:
        self.decision.output(request_id, side)

    def completes(self, request_id: str, side: Any) -> None:
        self._do(self.decision.end(request_id, side, True, self.now_ms))

    def breaks(self, request_id: str, side: Any) -> None:
        self._do(self.decision.end(request_id, side, False, self.now_ms))

    def error(self, side: Any, fatal: bool = False) -> None:
        self._do(self.decision.error(side, fatal, self.now_ms))

    def probed(self, ok: bool) -> None:
        self._do(self.decision.probed(ok, self.now_ms))

    def after(self, ms: int) -> None:
        """Let time pass, as its clock would."""
        end_ms = self.now_ms + ms
        while (due_ms := self.decision.due_ms()) <= end_ms:
            self.now_ms = max(self.now_ms, round(due_ms))
            self._do(self.decision.tick(self.now_ms))
        self.now_ms = end_ms

    def switches(self) -> list[Any]:
        return [action.to for action in self.did if isinstance(action, Switch)]

    def _do(self, actions: list[Any]) -> None:
        self.did += actions


def test_as_long_as_all_is_well_nothing_happens() -> None:
    story = Story()
    for number in range(50):
        assert story.asks(str(number)) is P
        story.after(1900)
        story.answers(str(number), P)
        story.after(20_000)
        story.completes(str(number), P)
    assert story.did == []
    assert math.isinf(story.decision.due_ms())


def test_ready_is_said_once_when_the_primary_is() -> None:
    story = Story(ready=())
    story.is_ready(B)
    assert story.did == []
    story.is_ready(P)
    story.is_ready(P)
    assert story.did == [SayReady()]


def test_a_primary_that_does_not_become_ready_is_replaced() -> None:
    story = Story(ready=())
    story.is_ready(B)
    story.after(READY_MS - 1)
    assert story.did == []
    story.after(1)
    assert story.did == [Switch(B, "was not ready in time"), SayReady()]
    assert story.asks("a") is B


def test_after_a_fatal_error_the_backup_does_what_is_left_of_the_same_request() -> None:
    story = Story()
    story.asks("a")
    story.answers("a", P)
    story.error(P, fatal=True)
    assert story.did == [Switch(B, "has failed"), Move(("a",), B)]
    story.completes("a", B)
    assert story.asks("b") is B


def test_one_error_is_forgiven_two_in_a_row_are_not() -> None:
    story = Story()
    story.error(P)
    story.asks("a")
    story.completes("a", P)
    story.error(P)
    assert story.did == []
    story.error(P)
    assert story.did == [Switch(B, "had 2 errors in a row")]


def test_sound_alone_is_no_success() -> None:
    story = Story()
    for request_id in ("a", "b"):
        story.asks(request_id)
        story.answers(request_id, P)
        story.error(P)
        story.breaks(request_id, P)
        if request_id == "a":
            assert story.switches() == []
            story.completes("a", B)
    assert story.switches() == [B]


def test_silence_after_a_request_moves_it() -> None:
    story = Story()
    story.asks("a")
    story.after(FIRST_OUTPUT_MS - 1)
    assert story.did == []
    story.after(1)
    assert story.did == [Switch(B, "made nothing for 2000 ms"), Move(("a",), B)]


def test_a_request_that_waits_for_its_turn_is_not_late() -> None:
    story = Story()
    story.asks("a")
    story.answers("a", P)
    story.asks("b")
    story.after(9000)
    story.completes("a", P)
    story.after(FIRST_OUTPUT_MS - 1)
    assert story.did == []
    story.after(1)
    assert story.switches() == [B]


def test_questions_beside_each_other_are_each_on_time_or_late() -> None:
    story = Story(serial=False)
    story.asks("a")
    story.answers("a", P)
    story.after(1000)
    story.asks("b")
    story.after(1999)
    assert story.did == []
    story.after(1)
    assert story.did[1] == Move(("a", "b"), B)


def test_nothing_is_late_while_the_listener_is_paused() -> None:
    story = Story()
    story.asks("a")
    story.decision.pause(True, 0)
    story.after(10_000)
    story.decision.pause(False, story.now_ms)
    story.after(1999)
    assert story.did == []
    story.after(1)
    assert story.switches() == [B]


def test_a_request_that_breaks_is_moved_without_leaving_the_primary() -> None:
    story = Story()
    story.asks("a")
    story.asks("b")
    story.breaks("a", P)
    assert story.did == [Move(("a", "b"), B)], "b must not overtake a"
    story.completes("a", B)
    assert story.asks("c") is B, "nor c b"
    story.completes("b", B)
    story.completes("c", B)
    assert story.asks("d") is P


def test_a_question_that_breaks_moves_alone() -> None:
    story = Story(serial=False)
    story.asks("a")
    story.asks("b")
    story.breaks("a", P)
    assert story.did == [Move(("a",), B)]


def test_a_request_that_both_break_has_failed() -> None:
    story = Story()
    story.asks("a")
    story.breaks("a", P)
    story.breaks("a", B)
    assert story.did == [Move(("a",), B), Fail("a")]


@pytest.mark.parametrize("serial", [True, False])
def test_a_request_that_was_moved_and_gets_no_answer_there_has_failed(serial: bool) -> None:
    story = Story(serial=serial)
    story.asks("a")
    story.breaks("a", P)
    story.after(FIRST_OUTPUT_MS)
    assert story.did == [Move(("a",), B), Fail("a")]


def test_what_the_side_that_was_left_still_says_counts_for_nothing() -> None:
    story = Story()
    story.asks("a")
    story.error(P, fatal=True)
    story.did.clear()
    story.breaks("a", P)
    story.completes("a", P)
    story.answers("a", P)
    story.after(FIRST_OUTPUT_MS)
    assert story.did == [], "it waits for the backup now, which is not left while the primary is dead"


def test_a_dead_backup_leaves_all_to_the_primary() -> None:
    story = Story()
    story.error(B, fatal=True)
    story.error(P)
    story.error(P)
    story.asks("a")
    story.after(FIRST_OUTPUT_MS)
    assert story.did == []
    story.breaks("a", P)
    assert story.did == [Fail("a")]


def test_two_dead_nodes_are_told() -> None:
    story = Story()
    story.asks("a")
    story.error(P, fatal=True)
    story.error(B, fatal=True)
    assert story.did[-2:] == [GiveUp(), Fail("a")]


def test_the_primary_is_asked_from_time_to_time_and_gets_its_place_back() -> None:
    story = Story()
    story.error(P, fatal=True)
    story.did.clear()
    story.after(PROBE_MS)
    assert story.did == [Probe()]
    story.probed(False)
    story.after(PROBE_MS)
    assert story.did == [Probe(), Probe()]
    story.probed(True)
    assert story.did[2:] == [Switch(P, "works again")]
    assert story.asks("a") is P


def test_a_probe_without_an_answer_has_failed() -> None:
    story = Story()
    story.error(P, fatal=True)
    story.after(PROBE_MS + FIRST_OUTPUT_MS)
    story.probed(True)
    assert story.switches() == [B], "too late"
    story.after(PROBE_MS)
    assert story.did.count(Probe()) == 2


def test_it_returns_between_two_requests_not_within_one() -> None:
    story = Story()
    story.error(P, fatal=True)
    story.after(PROBE_MS - 1000)
    assert story.asks("a") is B
    story.answers("a", B)
    story.after(1000)
    story.probed(True)
    assert story.switches() == [B]
    assert story.asks("b") is B, "after a, which is still spoken"
    story.completes("a", B)
    story.completes("b", B)
    assert story.switches() == [B, P]


def test_a_primary_that_says_ready_again_is_asked_at_once() -> None:
    story = Story()
    story.error(P, fatal=True)
    story.did.clear()
    story.is_ready(P)
    story.after(0)
    assert story.did == [Probe()]


def test_a_backup_that_fails_gives_way_to_a_primary_that_was_only_slow() -> None:
    story = Story()
    story.asks("a")
    story.after(FIRST_OUTPUT_MS)
    story.error(B, fatal=True)
    assert story.switches() == [B, P]
    assert story.did[-1] == Fail("a"), "it moved once already"


@pytest.mark.parametrize("serial", [True, False])
def test_a_request_that_nobody_wants_is_never_late(serial: bool) -> None:
    story = Story(serial=serial)
    story.asks("a")
    story.decision.forget("a", 0)
    story.after(100_000)
    assert story.did == []
