"""Chooses the largest Whisper model that this machine decodes in time, by timing some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wrappers.asr.whisper_models import AUTO_MODELS
from wrappers.asr.windows import WindowDecoder
from wrappers.errors import EngineMissing

FINAL_MS = 600
"""A final must be ready in this time: longer, and the user waits for it."""
PARTIAL_MS = 500
"""Partials that take longer are of no use, and delay the final."""
LEAST_COSTS = {"base": 1.0, "small": 2.5, "large-v3-turbo": 8.0}


@dataclass(frozen=True, slots=True)
class Timing:
    """How long an ordinary sentence takes on this machine."""

    final_ms: int
    partial_ms: int


@dataclass(frozen=True)
class Choice:
    """What is used, and why."""

    name: str
    final: WindowDecoder
    partial: WindowDecoder | None
    """None where partials would come too late."""
    timings: dict[str, Timing] = field(default_factory=dict)
    """Of all models that were tried."""
    problems: tuple[str, ...] = ()
    """Why larger ones were not."""


def time_model(decoder: WindowDecoder, final_beam: int, partial_beam: int) -> Timing:
    """Decode an ordinary sentence both ways."""
    return Timing(decoder.time_decode_ms(final_beam), decoder.time_decode_ms(partial_beam))


def choose_model(
    load: Callable[[str], WindowDecoder],
    measure: Callable[[WindowDecoder], Timing],
    names: Sequence[str] = AUTO_MODELS,
) -> Choice:
    """Try the models from the smallest on, as long as the next one may be in time; take the largest that is.

    load: loads a model, raising EngineMissing where that cannot be
    names: at least one, from small to large
    raises EngineMissing where none of them can be loaded
    """
    choice: Choice | None = None
    timings: dict[str, Timing] = {}
    problems: list[EngineMissing] = []
    for name in names:
        if choice is not None and _least_ms(name, choice.name, timings) > FINAL_MS:
            break
        try:
            decoder = load(name)
        except EngineMissing as problem:
            problems.append(problem)
            continue
        timings[name] = measure(decoder)
        if choice is not None and timings[name].final_ms > FINAL_MS:
            break
        in_time = decoder if timings[name].partial_ms <= PARTIAL_MS else None
        choice = Choice(name, decoder, in_time or (choice.partial if choice else None))
    if choice is None:
        raise problems[0]
    return Choice(choice.name, choice.final, choice.partial, timings, tuple(str(problem) for problem in problems))


def facts_of(choice: Choice, partial: WindowDecoder | None, timings: dict[str, Timing]) -> dict[str, object]:
    """For people: what was chosen, how long it takes, and what is too slow here."""
    final_ms = timings[choice.name].final_ms
    facts: dict[str, object] = {
        "model": choice.name,
        "final_ms": final_ms,
        "partial_ms": timings[partial.model].partial_ms if partial else 0,
        "partials": partial.model if partial else "off",
        "timings_ms": {name: timing.final_ms for name, timing in timings.items()},
    }
    notes = list(choice.problems)
    if partial is None:
        notes.append(f"no words are shown while somebody speaks: reading them takes more than {PARTIAL_MS} ms here")
    if final_ms > FINAL_MS:
        notes.append(f"answers come late: {choice.name} takes {final_ms} ms for a sentence; a smaller model is quicker")
    return facts | ({"notes": notes} if notes else {})


def _least_ms(name: str, measured: str, timings: dict[str, Timing]) -> float:
    """What a model takes at least, going by one that was measured; 0 where nothing is known of it."""
    if name not in LEAST_COSTS or measured not in LEAST_COSTS:
        return 0.0
    return timings[measured].final_ms * LEAST_COSTS[name] / LEAST_COSTS[measured]
