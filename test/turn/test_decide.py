"""From a verdict to the time to wait."""

import pytest

from wrappers.turn import Decision, TurnDecision, TurnOptions, Verdict, decide


def test_certainty_is_answered_at_once_and_its_opposite_as_late_as_allowed() -> None:
    options = TurnOptions(min_wait_ms=300, max_wait_ms=2300)
    assert decide(Verdict("finished", 1.0), options) == TurnDecision("finished", 1.0, 300)
    assert decide(Verdict("unfinished", 1.0), options) == TurnDecision("unfinished", 1.0, 2300)
    assert decide(Verdict("wait", 0.9), options) == TurnDecision("wait", 0.9, 2300)


def test_the_surer_the_shorter() -> None:
    shares = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    waits = [decide(Verdict("finished", share), TurnOptions()).wait_ms for share in shares]
    waits_unfinished = [decide(Verdict("unfinished", share), TurnOptions()).wait_ms for share in shares]
    assert waits == sorted(waits, reverse=True) and len(set(waits)) == len(waits)
    assert waits_unfinished == sorted(waits_unfinished) and len(set(waits_unfinished)) == len(waits_unfinished)
    assert waits[0] == waits_unfinished[0]


@pytest.mark.parametrize("decision", ["finished", "unfinished", "wait"])
@pytest.mark.parametrize("confidence", [0.0, 0.3, 0.5, 0.77, 1.0])
def test_the_bounds_hold(decision: Decision, confidence: float) -> None:
    for bounds in ((0, 0), (0, 3000), (400, 400), (700, 5000)):
        assert bounds[0] <= decide(Verdict(decision, confidence), TurnOptions(*bounds)).wait_ms <= bounds[1]


@pytest.mark.parametrize("bounds", [(-1, 100), (500, 400)])
def test_bounds_that_contradict_each_other_are_refused(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="min_wait_ms must be 0 to max_wait_ms"):
        TurnOptions(*bounds)
