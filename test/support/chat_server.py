"""A small chat server in a thread: it answers each request with the next scripted reply and remembers the request.

with FakeChatServer(stream("Hello", " there.")) as server:
    ...  # ask server.base_url
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

HOLD = "hold"
"""Among the lines of a reply: keep the stream open until the client goes away."""
CUT = "cut"
"""Among the lines of a reply: break the connection off."""


@dataclass
class Reply:
    """What is sent: a whole body, or lines of an event stream."""

    status: int = 200
    body: str = ""
    lines: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]


def chunk(delta: dict[str, Any] | None, finish: str | None = None, **fields: Any) -> str:
    """One event of a streamed completion; without a delta it has no choices."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    return "data: " + json.dumps(head | fields)


def stream(*texts: str, then: tuple[str, ...] = ("data: [DONE]",)) -> Reply:
    """A completion of these texts."""
    return Reply(lines=(*(chunk({"content": text}) for text in texts), chunk({}, "stop"), *then))


def failure(status: int, message: str, **fields: str) -> Reply:
    """An error as such servers write it."""
    return Reply(status, json.dumps({"error": {"message": message, **fields}}))


def models(*names: str) -> Reply:
    """The list of models."""
    return Reply(body=json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in names]}))


class FakeChatServer:
    """`replies` are for completions, in order, the last one again and again; `models` for the list of models."""

    def __init__(self, *replies: Reply, models: Reply = models("first-model", "second-model")) -> None:  # noqa: B008
        self.asked: list[Asked] = []
        """The completions that were asked for."""
        self.holding = threading.Event()
        """Set when a stream is held."""
        self.left_early = threading.Event()
        """Set when a client went away while its stream was held."""
        self._replies = list(replies)
        self._models = models
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        self.base_url = f"http://127.0.0.1:{started.result(10)}/v1"
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # the sockets are closed in the loop's next pass

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read_request(reader)) is not None:
                if request.path.endswith("/models"):
                    reply = self._models
                else:
                    self.asked.append(request)
                    reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
                if not await self._send(reply, reader, writer):
                    return
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _send(self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Send the reply; returns whether the connection goes on."""
        headers = {"Content-Type": "text/event-stream" if reply.lines else "application/json", **reply.headers}
        if reply.lines:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(len(reply.body.encode()))
        head = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*head, "", ""]).encode())
        if not reply.lines:
            writer.write(reply.body.encode())
            return True
        for line in reply.lines:
            if line == CUT:
                return False
            if line == HOLD:
                await writer.drain()
                self.holding.set()
                try:
                    await reader.read(1)  # comes back, or fails, when the client goes away
                finally:
                    self.left_early.set()
                return False
            data = (line + "\n\n").encode()
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        return True


async def _read_request(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, json.loads(body or "{}"))
