"""One completion on its way back: result after result, then an empty final one."""

from __future__ import annotations

from typing import Any

from ten_runtime import Cmd, StatusCode

from ten_extensions.common.extension import Extension
from ten_extensions.common.llm_request import CompletionCommand
from ten_extensions.common.messages import Json, make_result
from wrappers.llm.base import Delta, ReasoningDelta, TextDelta, ToolCall, Usage
from wrappers.text import Segmenter, Speakable


class LlmReply:
    """Answers one `chat_completion`. Nothing suspends; after its end nothing is sent any more."""

    def __init__(self, extension: Extension[Any], cmd: Cmd, completion: CompletionCommand, vendor: str) -> None:
        self.completion = completion
        self.ended = False
        self._extension = extension
        self._cmd = cmd
        self._vendor = vendor
        self._content = ""
        self._reasoning = ""
        self._reasoning_done = True
        self._meter = _Meter(extension.now_ms())

    async def add(self, delta: Delta) -> None:
        """Pass on what the engine made."""
        if self.ended:
            return
        self._meter.count(delta, self._extension.now_ms())
        match delta:
            case TextDelta(text):
                await self._end_reasoning()
                self._content += text
                await self._stream("message_content_delta", role="assistant", delta=text, content=self._content)
            case ReasoningDelta(text):
                self._reasoning += text
                self._reasoning_done = False
                await self._stream("message_reasoning_delta", role="assistant", delta=text, content=self._reasoning)
            case ToolCall(id, name, arguments, problem):
                await self._end_reasoning()
                body = {"id": id, "tool_call_id": id, "name": name, "arguments": dict(arguments)}
                await self._send("tool_call_content", **body, **({"problem": problem} if problem else {}))

    async def complete(self) -> None:
        """The engine is done."""
        if self.ended:
            return
        await self._end_reasoning()
        await self._send("message_content_done", role="assistant", content=self._content)
        await self._end(StatusCode.OK)

    async def abort(self) -> None:
        """Whoever asked does not want it any more."""
        if not self.ended:
            await self._end(StatusCode.OK)

    async def fail(self, text: str, code: str = "") -> None:
        """It cannot be completed; `code` is the engine's own name for the reason."""
        if self.ended:
            return
        await self._end(StatusCode.ERROR, detail=text, **({"error_kind": code} if code else {}))
        await self._extension.send_error(
            text,
            id=self.completion.request_id,
            vendor=self._vendor,
            vendor_code=code,
            metadata=self.completion.metadata,
        )

    async def _end_reasoning(self) -> None:
        if not self._reasoning_done:
            self._reasoning_done = True
            await self._send("message_reasoning_done", role="assistant", content=self._reasoning)

    async def _stream(self, type: str, **body: Any) -> None:
        if self.completion.streaming:
            await self._send(type, **body)

    async def _send(self, type: str, **body: Any) -> None:
        created = self._extension.now_ms()
        response_id = self.completion.request_id
        result = make_result(StatusCode.OK, self._cmd, type=type, response_id=response_id, created=created, **body)
        result.set_final(False)
        await self._extension.ten_env.return_result(result)

    async def _end(self, status: StatusCode, **properties: Any) -> None:
        self.ended = True
        await self._extension.ten_env.return_result(make_result(status, self._cmd, **properties))
        if metrics := self._meter.read(self._extension.now_ms()):
            await self._extension.send_metrics(
                metrics, self.completion.metadata, vendor=self._vendor, id=self.completion.request_id
            )


class _Meter:
    """Times of a completion, ms after its command."""

    def __init__(self, start_ms: int) -> None:
        self._start_ms = start_ms
        self._first_ms: int | None = None
        self._last_ms = start_ms
        self._first_piece_ms: int | None = None
        self._has_text = False
        self._deltas = 0
        self._usage: Usage | None = None
        self._speakable = Speakable()
        self._segmenter = Segmenter()

    def count(self, delta: Delta, now_ms: int) -> None:
        if isinstance(delta, Usage):
            self._usage = delta
            return
        self._deltas += 1
        self._last_ms = now_ms
        if self._first_ms is None:
            self._first_ms = now_ms
        if isinstance(delta, TextDelta):
            self._has_text = True
            if self._first_piece_ms is None and self._segmenter.push(self._speakable.push(delta.text)):
                self._first_piece_ms = now_ms

    def read(self, now_ms: int) -> Json:
        """ttft (first token), ttfs (first piece that can be spoken), tokens_per_s; empty before the first token."""
        if self._first_ms is None:
            return {}
        metrics: Json = {"ttft": self._first_ms - self._start_ms}
        if self._has_text:
            piece_ms = self._first_piece_ms if self._first_piece_ms is not None else now_ms
            metrics["ttfs"] = piece_ms - self._start_ms
        tokens = self._usage.completion_tokens if self._usage else self._deltas
        if self._last_ms > self._first_ms and tokens > 1:
            metrics["tokens_per_s"] = round((tokens - 1) * 1000 / (self._last_ms - self._first_ms), 1)
        if self._usage:
            metrics |= {"input_tokens": self._usage.prompt_tokens, "output_tokens": self._usage.completion_tokens}
            if self._usage.cached_tokens:
                metrics["cached_tokens"] = self._usage.cached_tokens
        return metrics
