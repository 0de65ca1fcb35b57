"""Carries speech to recognisers. What the present one has not recognised yet is kept, and told to the next one."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

from ten_runtime import AudioFrame, Data

from ten_extensions.common.messages import make_data, read

from .carrier import Carrier, Link
from .decision import Side

MAX_KEPT_MS = 14_000
"""A recogniser takes no more than 15 s at once."""
MAX_KEPT = 10_000
"""Frames and marks: more only if something sends marks without any audio."""
PRE_ROLL_MS = 1000
"""Kept while nobody speaks: a VAD tells of speech after its beginning."""

_Input: TypeAlias = AudioFrame | Data


class HearingCarrier(Carrier):
    """TEN's asr-interface. All open work is always with the active side."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._kept: deque[_Input] = deque()
        """Frames and marks that no final result has covered yet, in order."""
        self._kept_ms = 0.0
        self._marked = self._speaking = False
        """Whether a VAD marks speech at all, and whether it has marked some that is not recognised yet."""
        self._heard: list[_Input] = []
        """The inputs of the last utterance: what a recogniser that works should understand."""
        self._understood = False
        self._finalizes: dict[str, Data] = {}
        self._open_id = ""
        """Of the result that may still be revised."""
        self._orphan_id = ""
        """The same, of a side that was left: the next result is of the same utterance, and gets its id."""
        self._adopted_id = ""
        """The next side's own id of it."""

    async def take(self, data: Data) -> None:
        name = data.get_name()
        if name == "start_of_sentence":
            self._marked = self._speaking = True
        if name == "asr_finalize":
            finalize_id = str(read(data).get("finalize_id", ""))
            self._finalizes[finalize_id] = data.clone()
            self.link.decision.begin(finalize_id)
            self.link.decision.wait(finalize_id, self.link.now_ms())
        else:
            self._kept.append(data.clone())
            while len(self._kept) > MAX_KEPT:
                self._drop_first()
        await self.link.to(data, self.link.decision.active)

    async def take_frame(self, frame: AudioFrame) -> None:
        self._kept.append(frame.clone())
        self._kept_ms += _duration_ms(frame)
        self._trim(MAX_KEPT_MS if self._speaking or not self._marked else PRE_ROLL_MS)
        await self.link.to(frame, self.link.decision.active)

    async def give(self, side: Side, data: Data) -> None:
        finalize_id = str(read(data).get("finalize_id", ""))
        if self.is_probe(finalize_id):
            if finalize_id == self._probe_id:
                await self.probed(self._understood or not self._heard)
            return
        if side is not self.link.decision.active:
            self._understood = self._understood or (data.get_name() == "asr_result" and bool(read(data).get("text")))
            return
        name = data.get_name()
        if name == "asr_result":
            self._follow_result(data)
        await self.link.out(data)
        if name == "asr_finalize_end":
            self._finalizes.pop(finalize_id, None)
            self._speaking = False
            await self.link.follow(self.link.decision.end(finalize_id, side, True, self.link.now_ms()))

    def _follow_result(self, data: Data) -> None:
        result = read(data)
        result_id = str(result.get("id", ""))
        if self._orphan_id and not self._adopted_id:
            self._adopted_id = result_id
        if self._orphan_id and result_id == self._adopted_id:
            data.set_property_string("id", self._orphan_id)
            result_id = self._orphan_id
        self._open_id = result_id
        if result.get("final"):
            self._open_id = self._orphan_id = self._adopted_id = ""
            self._done_until(int(result.get("start_ms") or 0) + int(result.get("duration_ms") or 0))

    def _done_until(self, end_ms: int) -> None:
        """A final result covers what was captured until then."""
        heard: list[_Input] = []
        while self._kept:
            first = self._kept[0]
            if isinstance(first, AudioFrame) and first.get_timestamp() >= end_ms:
                break
            heard.append(self._drop_first())
        self._heard = heard

    async def switched(self, to: Side) -> None:
        self._orphan_id, self._adopted_id = self._open_id, ""
        for message in list(self._kept):
            await self.link.to(message.clone(), to)

    async def move(self, request_ids: Sequence[str], to: Side) -> None:
        for finalize_id in request_ids:
            await self.link.to(self._finalizes[finalize_id].clone(), to)

    async def fail(self, request_id: str) -> None:
        finalize = self._finalizes.pop(request_id, None)
        if finalize is not None:
            metadata = read(finalize).get("metadata") or {}
            await self.link.out(make_data("asr_finalize_end", finalize_id=request_id, metadata=metadata))

    async def probe(self) -> None:
        self._probe_id = self.next_id()
        self._understood = False
        for message in self._heard:
            await self.link.to(message.clone(), Side.PRIMARY)
        await self.link.to(make_data("asr_finalize", finalize_id=self._probe_id, metadata={}), Side.PRIMARY)

    def _trim(self, limit_ms: float) -> None:
        while self._kept_ms > limit_ms:
            self._drop_first()

    def _drop_first(self) -> _Input:
        first = self._kept.popleft()
        if isinstance(first, AudioFrame):
            self._kept_ms -= _duration_ms(first)
        return first


def _duration_ms(frame: AudioFrame) -> float:
    return len(frame.get_buf()) / 2 / (frame.get_number_of_channels() or 1) * 1000 / (frame.get_sample_rate() or 16_000)
