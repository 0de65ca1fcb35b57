"""The requests to a voice, in order of their arrival. Pure: no messages, no clock."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Literal

from ten_extensions.common.messages import Json

MAX_REQUESTS = 256
MAX_CHARACTERS = 200_000
"""What may wait to be spoken: about four hours of speech. More means that somebody sends and never listens."""
REMEMBERED = 1024
"""Requests that are over, so that late text for them is known as such."""

Outcome = Literal["taken", "late", "stale", "full", "refused"]
"""What became of a text: taken; its request is over; its epoch is; too much waits already for it; or for the request
that it would have opened."""


@dataclass(slots=True, eq=False)
class SpeechRequest:
    """Texts that are spoken as one.

    It is queued, then processing while it is the queue's first; finishing from its end mark on; then done and forgotten
    but for its id.
    """

    request_id: str
    metadata: Json
    """That of its first text; comes back on everything that is sent for the request."""
    last_text_ms: int
    """When its latest message came."""
    pieces: deque[str] = field(default_factory=deque)
    """Texts that are not spoken yet."""
    ended: bool = False
    """No more text will come."""
    input_characters: int = 0

    @property
    def is_complete(self) -> bool:
        """All of it was given to the engine."""
        return self.ended and not self.pieces

    @property
    def epoch(self) -> int | None:
        """Number of the answer it belongs to, of senders that count them."""
        epoch = self.metadata.get("epoch")
        return epoch if isinstance(epoch, int) else None


class RequestQueue:
    """Each request is spoken as a whole, however their texts arrive interleaved."""

    def __init__(self) -> None:
        self._requests: OrderedDict[str, SpeechRequest] = OrderedDict()
        self._done: deque[str] = deque(maxlen=REMEMBERED)
        self._min_epoch: int | None = None
        self._characters = 0

    @property
    def first(self) -> SpeechRequest | None:
        """The request whose turn it is."""
        return next(iter(self._requests.values()), None)

    @property
    def others_wait(self) -> bool:
        """Whether there are requests behind the first one."""
        return len(self._requests) > 1

    def add(self, request_id: str, text: str, end: bool, metadata: Json, now_ms: int) -> Outcome:
        """Take one text.

        end: the request is complete with it
        metadata: counts where the request is new
        """
        if request_id in self._done:
            return "late"
        request = self._requests.get(request_id)
        if request is None:
            request = SpeechRequest(request_id, metadata, now_ms)
            if self._is_stale(request):
                self._done.append(request_id)
                return "stale"
            if len(self._requests) >= MAX_REQUESTS or not self._has_room(text):
                self._done.append(request_id)
                return "refused"
            self._requests[request_id] = request
        if request.ended:
            return "late"
        request.ended = end
        request.last_text_ms = now_ms
        if not self._has_room(text):
            return "full"
        request.input_characters += len(text)
        if text.strip():
            request.pieces.append(text)
            self._characters += len(text)
        return "taken"

    def take_piece(self, request: SpeechRequest) -> str | None:
        """The next text of a request that is to be spoken; None where there is none now."""
        if not request.pieces:
            return None
        piece = request.pieces.popleft()
        self._characters -= len(piece)
        return piece

    def finish(self, request: SpeechRequest) -> None:
        """The request is over; what still comes for it is late."""
        if self._requests.pop(request.request_id, None) is not None:
            self._done.append(request.request_id)
            self._characters -= sum(len(piece) for piece in request.pieces)

    def flush(self, min_epoch: int | None) -> list[SpeechRequest]:
        """Drop requests and return them.

        min_epoch: only those of a lower epoch or of none, and such ones that come later; None = all that are here
        """
        if min_epoch is not None:
            self._min_epoch = max(min_epoch, self._min_epoch if self._min_epoch is not None else min_epoch)
        dropped = [
            request
            for request in self._requests.values()
            if min_epoch is None or request.epoch is None or request.epoch < min_epoch
        ]
        for request in dropped:
            self.finish(request)
        return dropped

    def _is_stale(self, request: SpeechRequest) -> bool:
        return request.epoch is not None and self._min_epoch is not None and request.epoch < self._min_epoch

    def _has_room(self, text: str) -> bool:
        return self._characters + len(text) <= MAX_CHARACTERS
