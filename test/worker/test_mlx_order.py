"""Who goes next on the thread that all engines on MLX share: as a function, and as a day's work in virtual time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from wrappers.mlx_worker.order import Kind, Waiting, choose

NOW_S = 100.0


def first(*waiting: Waiting) -> Waiting:
    return waiting[choose(waiting, NOW_S)]


def test_a_speech_goes_first_until_it_can_be_heard() -> None:
    answer = Waiting("answer", NOW_S - 5)
    silent, heard = Waiting("speech", NOW_S), Waiting("speech", NOW_S, began=True, sound_left_s=2.0)
    assert first(answer, silent) is silent
    assert first(answer, heard) is answer


def test_the_next_piece_of_a_speech_that_is_heard_is_in_no_hurry() -> None:
    answer, piece = Waiting("answer", NOW_S), Waiting("speech", NOW_S, sound_left_s=3.0)
    assert first(piece, answer) is answer


@pytest.mark.parametrize(("left_s", "goes"), [(0.55, "speech"), (0.65, "answer"), (math.inf, "answer")])
def test_the_nearer_deadline_goes_first(left_s: float, goes: Kind) -> None:
    speech = Waiting("speech", NOW_S, began=True, sound_left_s=left_s)
    assert first(Waiting("answer", NOW_S), speech).kind == goes


def test_a_voice_that_is_always_late_does_not_stop_the_answer() -> None:
    late = Waiting("speech", NOW_S, began=True, sound_left_s=0.0)
    assert first(late, Waiting("answer", NOW_S)) is late
    waited = Waiting("answer", NOW_S - 0.11)
    assert first(late, waited) is waited


def test_what_was_said_goes_before_words_so_far_and_what_may_be_of_use() -> None:
    kinds: list[Kind] = ["ahead", "partial", "answer", "final"]
    waiting = [Waiting(kind, NOW_S) for kind in kinds]
    order = []
    while waiting:
        order.append(waiting.pop(choose(waiting, NOW_S)).kind)
    assert order == kinds[::-1]


def test_of_two_that_are_equal_the_one_that_waited_longer_goes() -> None:
    one, other = Waiting("answer", NOW_S), Waiting("answer", NOW_S - 0.01)
    assert first(one, other) is other


def test_somebody_must_wait() -> None:
    with pytest.raises(ValueError):
        choose([], NOW_S)


@dataclass
class Engine:
    """Makes items of one length; a speech is heard from its first chunk on."""

    kind: Kind
    item_s: float
    sound_s: float = 0.0
    """Of a chunk."""
    chunk_items: int = 1
    ready_s: float = 0.0
    done: int = 0
    heard_until_s: float = -math.inf
    dry_s: float = 0.0
    """How long the listener waited, after the first chunk."""
    first_s: float = math.inf
    at_s: list[float] = field(default_factory=list)

    def waiting(self, now_s: float) -> Waiting:
        began = self.done >= self.chunk_items
        return Waiting(self.kind, self.ready_s, began, max(0.0, self.heard_until_s - now_s))

    def step(self, now_s: float) -> None:
        self.done += 1
        self.ready_s = now_s
        self.at_s.append(now_s)
        if not self.sound_s or self.done % self.chunk_items:
            return
        if self.heard_until_s > -math.inf:
            self.dry_s += max(0.0, now_s - self.heard_until_s)
        self.first_s = min(self.first_s, now_s)
        self.heard_until_s = max(now_s, self.heard_until_s) + self.sound_s


def work(engines: list[Engine], until_s: float, stop: Callable[[], bool] = lambda: False) -> None:
    now_s = 0.0
    while now_s < until_s and not stop():
        chosen = engines[choose([engine.waiting(now_s) for engine in engines], now_s)]
        now_s += chosen.item_s
        chosen.step(now_s)


def test_a_voice_beside_a_language_model_begins_as_if_it_were_alone_and_never_runs_dry() -> None:
    voice = Engine("speech", item_s=0.010, sound_s=0.28, chunk_items=15)  # a real-time factor of 0.54
    model = Engine("answer", item_s=0.020)
    work([model, voice], until_s=20.0)

    assert voice.first_s == pytest.approx(15 * 0.010)
    assert voice.dry_s == 0.0
    assert model.done / 20 > 15  # what the voice leaves of the time
    gaps_s = [later - earlier for earlier, later in zip(model.at_s, model.at_s[1:], strict=False)]
    assert max(gaps_s) <= 0.1 + 0.020 + 0.010 + 1e-9


def test_a_voice_that_is_too_slow_leaves_ten_tokens_a_second() -> None:
    voice = Engine("speech", item_s=0.020, sound_s=0.2, chunk_items=15)  # 1.5 times as long as it lasts
    model = Engine("answer", item_s=0.020)
    work([model, voice], until_s=20.0)
    assert model.done / 20 == pytest.approx(8, abs=1)  # each 100 ms and the item that was going on


def test_words_so_far_do_not_make_a_heard_voice_run_dry() -> None:
    voice = Engine("speech", item_s=0.010, sound_s=0.28, chunk_items=15)
    words = Engine("partial", item_s=0.030)
    ahead = Engine("ahead", item_s=0.030)
    work([words, ahead, voice], until_s=20.0)
    assert voice.dry_s == 0.0
    assert words.done and ahead.done
