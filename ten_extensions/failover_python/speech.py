"""Carries texts to voices. A voice that breaks off is followed by the other one, from the next word on."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any

from ten_runtime import AudioFrame, Data

from ten_extensions.common.messages import Json, make_data, read

from .carrier import OURS, Carrier, Link
from .decision import Side
from .remaining import MS_PER_UNIT
from .spoken_request import SpokenRequest

REMEMBERED = 1024
ERROR = 3
"""Reason of `tts_audio_end`."""


class SpeechCarrier(Carrier):
    """TEN's tts-interface."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._requests: OrderedDict[str, SpokenRequest] = OrderedDict()
        self._done: deque[str] = deque(maxlen=REMEMBERED)
        self._playing: dict[Side, str] = {}
        """The request that a side's frames belong to."""
        self._flushed_at: dict[Any, Side] = {}
        """Whose answer to a flush counts."""
        self._min_epoch: int | None = None
        self._said: dict[Side, tuple[float, float]] = {side: (0.0, 0.0) for side in Side}
        """How many ms and units each voice has spoken: its speed."""

    async def take(self, data: Data) -> None:
        match data.get_name():
            case "tts_text_input":
                await self._take_text(data)
            case "tts_flush":
                await self._flush(data)
            case "playback_state":
                self.link.decision.pause(read(data).get("state") == "paused", self.link.now_ms())
                await self.link.to(data, *Side)
            case _:
                await self.link.to(data, self.link.decision.active)

    async def _take_text(self, data: Data) -> None:
        message = read(data)
        request_id, text = str(message.get("request_id", "")), str(message.get("text", ""))
        request = self._requests.get(request_id)
        if request is None:
            request = SpokenRequest(request_id, message.get("metadata") or {}, self.link.decision.active)
            if not request_id or request_id in self._done or self._is_stale(request):
                return
            request.side = self.link.decision.begin(request_id)
            self._requests[request_id] = request
        request.add(text, message.get("text_input_end") is True)
        if text.strip():
            self.link.decision.wait(request_id, self.link.now_ms())
        await self.link.to(data, request.side)

    async def _flush(self, data: Data) -> None:
        """Both get it, as both keep `min_epoch`. Requests in the queue end without a word, the first one says so."""
        message = read(data)
        min_epoch = message.get("min_epoch")
        if isinstance(min_epoch, int):
            self._min_epoch = max(min_epoch, self._min_epoch or min_epoch)
        first = next(iter(self._requests.values()), None)
        self._flushed_at[message.get("flush_id", "")] = first.side if first else self.link.decision.active
        for request in list(self._requests.values()):
            if min_epoch is None or request.epoch is None or request.epoch < min_epoch:
                await self.link.follow(self.link.decision.forget(request.request_id, self.link.now_ms()))
                request.flushed = True
                if request is not first:
                    self._forget(request)
        await self.link.to(data, *Side)

    async def give(self, side: Side, data: Data) -> None:
        message = read(data)
        request_id = str(message.get("request_id", ""))
        if self.is_probe(request_id):
            self._playing[side] = request_id
            if data.get_name() == "tts_audio_end" and request_id == self._probe_id:
                await self.probed(message.get("reason") != ERROR)
            return
        if data.get_name() == "tts_flush_end":
            if self._flushed_at.get(message.get("flush_id", "")) is side:
                del self._flushed_at[message.get("flush_id", "")]
                for flushed in [request for request in self._requests.values() if request.flushed]:
                    self._forget(flushed)
                await self.link.out(data)
            return
        if not request_id:
            await super().give(side, data)
            return
        request = self._requests.get(request_id)
        if data.get_name() == "tts_audio_start":
            self._playing[side] = request_id
        if request is not None and request.side is side:
            await self._give_of(request, data, message)

    async def _give_of(self, request: SpokenRequest, data: Data, message: Json) -> None:
        decision, request_id = self.link.decision, request.request_id
        match data.get_name():
            case "tts_audio_start":
                decision.output(request_id, request.side)
                if not request.started:
                    request.started = True
                    await self.link.out(data)
            case "tts_text_result":
                decision.output(request_id, request.side)
                ms, units = self._said[request.side]
                more_ms, more_units = request.told(data, message)
                self._said[request.side] = ms + more_ms, units + more_units
                await self.link.out(data)
            case "tts_audio_end":
                ok = message.get("reason") != ERROR
                if ok:
                    self._forget(request)
                    request.set_total(data)
                    await self.link.out(data)
                await self.link.follow(decision.end(request_id, request.side, ok, self.link.now_ms()))
            case _:
                await self.link.out(data)

    async def give_frame(self, side: Side, frame: AudioFrame) -> None:
        request_id = self._playing.get(side, "")
        request = self._requests.get(request_id)
        if request is None or request.side is not side:
            return
        rate_hz = frame.get_sample_rate() or 16_000
        request.audio_ms += frame.get_samples_per_channel() * 1000 / rate_hz
        await self.link.out(frame)

    async def move(self, request_ids: Sequence[str], to: Side) -> None:
        await self.link.to(make_data("tts_flush", flush_id=self.next_id(), metadata={}), to.other)
        for request_id in request_ids:
            request = self._requests[request_id]
            ms, units = self._said[request.side]
            result = request.break_off(to, ms / units if units else MS_PER_UNIT)
            if result is not None:
                await self.link.out(make_data("tts_text_result", **result))
            texts = request.unspoken() or ([""] if request.ended else [])
            for index, text in enumerate(texts):
                end = request.ended and index == len(texts) - 1
                message = make_data(
                    "tts_text_input", request_id=request_id, text=text, text_input_end=end, metadata=request.metadata
                )
                await self.link.to(message, to)

    async def fail(self, request_id: str) -> None:
        request = self._requests.get(request_id)
        if request is not None:
            self._forget(request)
            await self.link.out(make_data("tts_audio_end", **request.failed(ERROR)))

    async def probe(self) -> None:
        self._probe_id = self.next_id()
        message = make_data(
            "tts_text_input", request_id=self._probe_id, text="Hello.", text_input_end=True, metadata={"probe": OURS}
        )
        await self.link.to(message, Side.PRIMARY)

    def _forget(self, request: SpokenRequest) -> None:
        self._requests.pop(request.request_id, None)
        self._done.append(request.request_id)

    def _is_stale(self, request: SpokenRequest) -> bool:
        return request.epoch is not None and self._min_epoch is not None and request.epoch < self._min_epoch
