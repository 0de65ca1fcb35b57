"""What is played next: requests one after the other, with ducking, pausing and flushing that never click.

Pure logic: no clock, no device. Whoever owns the device pulls samples at its pace and passes the events on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from wrappers.audio.gain_ramp import GainRamp, Waveform, fade_out
from wrappers.audio.request_audio import RequestAudio
from wrappers.audio.samples import ENGINE_RATE_HZ, FULL_SCALE, Samples, ms_of_samples, samples_of_ms

PlaybackState = Literal["started", "progress", "paused", "drained", "flushed"]

_REMEMBERED_ENDS = 256


@dataclass(frozen=True, slots=True)
class PlaybackEvent:
    """Something the listener hears happened to a request."""

    state: PlaybackState
    request_id: str
    played_ms: int
    """How much of this request was played."""
    queued_ms: int
    """How much of all requests is still to be played."""
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class PlaybackOptions:
    fade_ms: float = 5
    """Length of the fades at cuts: short enough to be a stop, long enough not to click."""
    progress_ms: int = 100
    """An event each time so much of a request was played."""
    lost_end_ms: int = 500
    """A request without an end is given up after so much silence if a later one is ready: its end message was lost."""
    jitter_ms: int = 0
    """So much of a request is gathered before it starts, or goes on after it ran dry; all of it if it is shorter, and
    no longer than `lost_end_ms`. For speech that comes in bursts; a voice that paces itself needs none."""
    volume_db: float = 0
    """Loudness of everything, beside ducking."""


class PlaybackQueue:
    """Requests go in as they are made, samples come out as they are heard.

    Requests play in the order of their arrival. Nothing is dropped but what a flush makes obsolete and what comes
    after its own end.
    """

    def __init__(self, rate_hz: int = ENGINE_RATE_HZ, options: PlaybackOptions = PlaybackOptions()) -> None:
        self.paused = False
        self.underruns = 0
        """How often a request had to wait in its middle for more audio."""
        self.dropped = 0
        """Samples that arrived for requests that are over, at the rate they came in."""
        self._options = options
        self._volume = 10 ** (options.volume_db / 20)
        self._count_in(rate_hz)
        self._requests: deque[RequestAudio] = deque()
        self._latest: RequestAudio | None = None
        self._begin_seen = False
        self._min_epoch: int | None = None
        self._ended: deque[str] = deque(maxlen=_REMEMBERED_ENDS)
        self._gain = GainRamp()
        self._tail: Waveform = np.zeros(0, np.float32)
        self._next_progress = 0
        self._events: list[PlaybackEvent] = []

    @property
    def queued_ms(self) -> int:
        """How much is still to be played."""
        return ms_of_samples(sum(request.queued for request in self._requests), self.rate_hz)

    def begin(self, request_id: str, epoch: int | None, metadata: Mapping[str, Any]) -> None:
        """A request is announced; later samples without an epoch belong to it."""
        self._begin_seen = True
        request = self._find(request_id, epoch) or self._open(request_id, epoch, metadata)
        if request is not None:
            self._latest = request

    def push(
        self,
        request_id: str,
        epoch: int | None,
        samples: Samples,
        metadata: Mapping[str, Any],
        rate_hz: int | None = None,
    ) -> None:
        """Add samples to a request.

        request_id, epoch: "" and None if the sender does not say: then they belong to the request begun last
        samples: int16 [n]
        rate_hz: their rate, if it is not the queue's; converted as one stream per request
        """
        request = self._find(request_id, epoch)
        if request is None and epoch is None and request_id not in self._ended:
            request = self._latest
        if request is None and (epoch is not None or not self._begin_seen):
            request = self._open(request_id, epoch, metadata)
        if request is None:
            self.dropped += len(samples)
        else:
            request.push(samples, rate_hz or self.rate_hz)

    def finish(self, request_id: str, epoch: int | None = None, metadata: Mapping[str, Any] | None = None) -> None:
        """No more samples will come for this request: it is drained once its last one was played."""
        request = self._find(request_id, epoch) or self._open(request_id, epoch, metadata or {})
        if request is not None:
            request.finish()
            self._latest = None if self._latest is request else self._latest

    def flush(self, min_epoch: int | None = None) -> None:
        """Drop every request of a lower epoch or of none, with a short fade, now and whenever more of it arrives.

        If that stops what is playing, the next request starts at full volume and not paused.
        min_epoch: None drops all requests there are, whatever their epoch
        """
        if min_epoch is not None:
            self._min_epoch = max(min_epoch, self._min_epoch if self._min_epoch is not None else min_epoch)
        head = self._requests[0] if self._requests else None
        dropped = [request for request in self._requests if min_epoch is None or self._is_obsolete(request.epoch)]
        if head is not None and head in dropped:
            self._fade_away(head)
        for request in dropped:
            self._requests.remove(request)
        for request in dropped:
            self._end(request, "flushed")
        if head in dropped or head is None:
            self.paused = False
            self._gain.jump(1)
            self._next_progress = 0
        self._latest = self._latest if self._latest in self._requests else None

    def duck(self, gain_db: float, ramp_ms: float) -> None:
        """Lower the volume to `gain_db` within `ramp_ms`."""
        self._gain.go(10 ** (gain_db / 20), samples_of_ms(ramp_ms, self.rate_hz))

    def pause(self) -> None:
        """Fall silent at once; `resume` goes on from this very sample."""
        if self.paused:
            return
        if self._requests:
            self._fade_away(self._requests[0])
            self._emit("paused", self._requests[0])
        self.paused = True

    def resume(self, ramp_ms: float) -> None:
        """Go on after a pause, or at full volume after ducking; `ramp_ms` to get there."""
        if self.paused:
            self.paused = False
            self._gain.jump(0)
            self._next_progress = 0  # say soon that it goes on
        self._gain.go(1, samples_of_ms(ramp_ms, self.rate_hz))

    def pull(self, count: int) -> Samples:
        """The next `count` samples, int16; zeros where nothing is to be heard."""
        mix = np.zeros(count, np.float32)
        tail, self._tail = self._tail, self._tail[count:]
        if not self.paused:
            gains = self._gain.next(count)
            self._fill(mix, gains)
        mix[: len(tail)] += tail[:count]
        return np.clip(np.rint(mix * self._volume), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)

    def change_rate(self, rate_hz: int) -> None:
        """Play at another rate from here on: another device. What is queued is converted."""
        if rate_hz == self.rate_hz:
            return
        self._next_progress = self._next_progress * rate_hz // self.rate_hz
        for request in self._requests:
            request.change_rate(rate_hz)
        self._tail = np.zeros(0, np.float32)
        self._count_in(rate_hz)

    def take_events(self) -> list[PlaybackEvent]:
        """The events since the last call, in order."""
        events, self._events = self._events, []
        return events

    def _count_in(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._fade = samples_of_ms(self._options.fade_ms, rate_hz)
        self._progress = samples_of_ms(self._options.progress_ms, rate_hz)
        self._lost_end = samples_of_ms(self._options.lost_end_ms, rate_hz)
        self._gathered = max(2 * self._fade, samples_of_ms(self._options.jitter_ms, rate_hz))

    def _find(self, request_id: str, epoch: int | None) -> RequestAudio | None:
        for request in self._requests:
            if request.request_id == request_id and (epoch is None or request.epoch in (None, epoch)):
                return request
        return None

    def _open(self, request_id: str, epoch: int | None, metadata: Mapping[str, Any]) -> RequestAudio | None:
        if (epoch is not None and self._is_obsolete(epoch)) or request_id in self._ended:
            return None
        request = RequestAudio(request_id, epoch, metadata, self.rate_hz)
        self._requests.append(request)
        return request

    def _is_obsolete(self, epoch: int | None) -> bool:
        return epoch is None or (self._min_epoch is not None and epoch < self._min_epoch)

    def _fill(self, mix: Waveform, gains: Waveform) -> None:
        position = 0
        while self._requests and position < len(mix):
            request = self._requests[0]
            position = self._play(request, mix, gains, position)
            if self._is_over(request):
                self._requests.popleft()
                self._end(request, "drained")
                self._next_progress = 0
            else:
                if request.waiting:
                    request.waited += len(mix) - position
                elif request.played >= self._next_progress:
                    self._announce_progress(request)
                return

    def _play(self, request: RequestAudio, mix: Waveform, gains: Waveform, position: int) -> int:
        """Play one request into the rest of `mix`; return the position behind it."""
        if request.waiting:
            if request.queued <= (0 if request.finished else self._needed(request)):
                return position
            request.waiting = False
            request.waited = 0
            if request.played:
                request.level.jump(0)
                request.level.go(1, self._fade)
            else:
                self._emit("started", request)
                self._next_progress = self._progress
        # While more may come, the last samples are held back: if nothing comes in time, they are faded out.
        ready = request.queued - (0 if request.finished else self._fade)
        count = min(ready, len(mix) - position)
        end = position + count
        mix[position:end] = request.take(count) * request.level.next(count) * gains[position:end]
        if end < len(mix) and not request.finished:
            faded = request.take(self._fade) * fade_out(self._fade) * gains[end]
            fits = len(mix) - end
            mix[end : end + self._fade] += faded[:fits]
            self._tail = faded[fits:]
            request.waiting = True
            self.underruns += 1
        return end

    def _needed(self, request: RequestAudio) -> int:
        """How many samples must be there before a request sounds."""
        return self._gathered if request.waited < self._lost_end else 2 * self._fade

    def _is_over(self, request: RequestAudio) -> bool:
        if request.finished:
            return request.queued == 0
        later_is_ready = len(self._requests) > 1 and bool(self._requests[1].queued or self._requests[1].finished)
        return request.waiting and request.waited >= self._lost_end and later_is_ready

    def _announce_progress(self, request: RequestAudio) -> None:
        self._emit("progress", request)
        self._next_progress = (request.played // self._progress + 1) * self._progress

    def _fade_away(self, request: RequestAudio) -> None:
        """Let what sounds now end in a short fade, without taking it from the request."""
        if self.paused or request.waiting:
            return
        coming = request.peek(self._fade).astype(np.float32)
        self._tail = coming * fade_out(len(coming)) * self._gain.value

    def _end(self, request: RequestAudio, state: PlaybackState) -> None:
        # Requests without a name cannot be told apart, and one that was given up may still go on.
        if request.request_id and (request.finished or state == "flushed"):
            self._ended.append(request.request_id)
        self._emit(state, request)

    def _emit(self, state: PlaybackState, request: RequestAudio) -> None:
        played_ms = ms_of_samples(request.played, self.rate_hz)
        self._events.append(PlaybackEvent(state, request.request_id, played_ms, self.queued_ms, request.metadata))
