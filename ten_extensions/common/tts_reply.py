"""All that a voice sends for one request, in the order of TEN's tts-interface."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, make_data, make_pcm_frame
from ten_extensions.common.tts_dump import DumpFile
from ten_extensions.common.tts_requests import SpeechRequest
from wrappers.audio import Samples, ms_of_samples


class Reason(IntEnum):
    """Why a request ended, in `tts_audio_end`."""

    END = 1
    INTERRUPTED = 2
    ERROR = 3


@dataclass(slots=True)
class Usage:
    """What a voice has done since it was loaded."""

    input_characters: int = 0
    output_characters: int = 0
    audio_ms: int = 0


class TtsReply:
    """Start before the first frame, one text result per piece, metrics before the end, the end once.

    No method suspends but `complete_dump`, so nothing comes between what one of them sends.
    """

    def __init__(
        self,
        extension: Extension[Any],
        request: SpeechRequest,
        rate_hz: int,
        *,
        vendor: str,
        usage: Usage,
        dump: DumpFile | None = None,
    ) -> None:
        self.request = request
        self.rate_hz = rate_hz
        self.samples = 0
        """How much audio was sent."""
        self.reason: Reason | None = None
        """Why it ended; None while it goes on."""
        self._extension = extension
        self._vendor = vendor
        self._usage = usage
        self._dump = dump
        self._began_ms = self._first_frame_ms = self._last_frame_ms = extension.now_ms()
        self._piece_start = 0
        self._spoken_characters = 0

    def begin_piece(self) -> None:
        """The engine gets a piece now."""
        self._piece_start = self.samples
        if self.samples == 0:  # pieces without sound before it are not part of the time to the first audio
            self._began_ms = self._extension.now_ms()

    async def send_frame(self, samples: Samples) -> None:
        """int16 [n], n > 0, at the reply's rate."""
        now_ms = self._extension.now_ms()
        if self.samples == 0:
            self._first_frame_ms = now_ms
            await self._send("tts_audio_start")
            await self._send_metrics({"ttfb": now_ms - self._began_ms})
        self._last_frame_ms = now_ms
        self.samples += len(samples)
        frame = make_pcm_frame(samples, self.rate_hz, now_ms, self.request.metadata)
        await self._extension.ten_env.send_audio_frame(frame)
        if self._dump is not None and self._dump.add(samples):
            self._extension.spawn(self._write(self._dump))

    async def end_piece(self, text: str) -> None:
        """All audio of a piece was sent; it may be none."""
        self._spoken_characters += len(text)
        await self._send(
            "tts_text_result",
            text=text,
            start_ms=ms_of_samples(self._piece_start, self.rate_hz),
            duration_ms=ms_of_samples(self.samples - self._piece_start, self.rate_hz),
            words=[],
            text_result_end=self.request.is_complete,
        )

    async def end(self, reason: Reason) -> None:
        """The last message for the request."""
        self.reason = reason
        audio_ms = ms_of_samples(self.samples, self.rate_hz)
        usage = self._usage
        usage.input_characters += self.request.input_characters
        usage.output_characters += self._spoken_characters
        usage.audio_ms += audio_ms
        await self._send_metrics(
            {
                "input_characters": self.request.input_characters,
                "output_characters": self._spoken_characters,
                "recv_audio_duration": audio_ms,
                "total_input_characters": usage.input_characters,
                "total_output_characters": usage.output_characters,
                "total_recv_audio_duration": usage.audio_ms,
            }
        )
        if self._dump is not None:
            self._extension.spawn(self._write(self._dump))
        await self._send(
            "tts_audio_end",
            request_event_interval_ms=self._last_frame_ms - self._first_frame_ms,
            request_total_audio_duration_ms=audio_ms,
            reason=int(reason),
        )

    async def complete_dump(self) -> None:
        """Have the dump complete before the end is told."""
        if self._dump is not None:
            # `wait`, unlike awaiting the task itself, leaves the writing alone when this is cancelled.
            await asyncio.wait({self._extension.spawn(self._write(self._dump))})

    async def _write(self, dump: DumpFile) -> None:
        try:
            await dump.write()
        except OSError as error:
            self._dump = None
            await self._extension.send_error(
                f"the speech could not be written to {dump.path}: {error.strerror or error}; "
                "choose another dump_path, or set dump to false",
                id=self.request.request_id,
                vendor=self._vendor,
                metadata=self.request.metadata,
            )

    async def _send(self, name: str, **properties: Any) -> None:
        await self._extension.ten_env.send_data(
            make_data(name, request_id=self.request.request_id, **properties, metadata=self.request.metadata)
        )

    async def _send_metrics(self, metrics: Json) -> None:
        await self._extension.send_metrics(
            metrics, self.request.metadata, vendor=self._vendor, id=self.request.request_id
        )
