"""What the agent's side of the graph did: the model's text, the voice's pieces, and what was heard of them."""

from __future__ import annotations

from collections.abc import Iterator

from wrappers.report.timeline.lane import Item, Lane
from wrappers.report.timeline.moments import Moments
from wrappers.report.timeline.requests import Request


def model_lane(requests: list[Request]) -> Lane:
    """From the question to the end of the model's text; the ticks are the pieces of it as they came."""
    ticks = tuple(time_ms for request in requests for time_ms in request.deltas_ms)
    return Lane("llm", "LLM", [_written(request) for request in requests if request.asked_ms is not None], ticks)


def voice_lane(requests: list[Request]) -> Lane:
    """The pieces that the voice was given, from then until their sound was complete; ticks where text came."""
    ticks = tuple(time_ms for request in requests for time_ms, _ in request.given)
    return Lane("tts", "TTS", [item for request in requests for item in _made(request)], ticks)


def heard_lane(requests: list[Request], moments: Moments) -> Lane:
    """What came out of the loudspeaker, piece for piece."""
    items = [item for request in requests if request.played for item in _heard(request, moments.end_ms)]
    return Lane("heard", "heard", items)


def _written(request: Request) -> Item:
    asked_ms = request.asked_ms or 0
    stops = [*request.deltas_ms[-1:], *(ms for ms in (request.written_ms, request.aborted_ms) if ms is not None)]
    end_ms = request.written_ms if request.written_ms is not None else max(stops, default=asked_ms)
    parts = [request.id]
    if request.deltas_ms:
        parts.append(f"first words after {request.deltas_ms[0] - asked_ms} ms")
        parts.append(f"{len(request.deltas_ms)} pieces in {request.deltas_ms[-1] - request.deltas_ms[0]} ms")
    kind = "answer"
    if request.failure:
        kind = "failed"
        parts.append(request.failure)
    elif request.heard_ms is None and request.aborted_ms is not None:
        kind = "dropped"
        parts.append("thrown away before it was heard")
    elif request.written_ms is None and request.aborted_ms is not None:
        kind = "cut"
        parts.append("stopped while it wrote")
    return Item(asked_ms, max(asked_ms, end_ms), kind, request.text.strip(), ", ".join(parts))


def _made(request: Request) -> Iterator[Item]:
    given = list(request.given)
    free_ms = 0
    for piece in request.pieces:
        given_ms = given.pop(0)[0] if given else piece.made_ms
        start_ms = min(max(given_ms, free_ms), piece.made_ms)
        free_ms = piece.made_ms
        detail = f"{piece.duration_ms} ms of sound made in {piece.made_ms - start_ms} ms"
        yield Item(start_ms, piece.made_ms, "piece", piece.text, detail)
    for given_ms, said in given:
        if request.is_flushed or request.aborted_ms is not None:
            yield Item(given_ms, given_ms, "unmade", said, "thrown away before its sound was complete")


def _heard(request: Request, end_ms: int) -> Iterator[Item]:
    until_ms = request.played_ms
    for piece in request.pieces:
        last_ms = piece.start_ms + piece.duration_ms
        if request.is_flushed and piece.start_ms >= until_ms:
            last_heard_ms = request.played[-1][0]
            yield Item(last_heard_ms, last_heard_ms, "unheard", piece.text, "was made, and not heard any more")
            continue
        is_cut = request.is_flushed and last_ms > until_ms
        detail = f"cut off after {until_ms - piece.start_ms} of {piece.duration_ms} ms" if is_cut else ""
        times = (request.when_ms(piece.start_ms), request.when_ms(min(last_ms, until_ms)))
        yield Item(times[0], max(times), "cut" if is_cut else "heard", piece.text, detail)
    if not request.pieces and request.heard_ms is not None:
        yield Item(request.heard_ms, min(end_ms, request.played[-1][0]), "heard", "", "its text was not told")
