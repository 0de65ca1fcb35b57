"""A small HTTP and websocket server in a thread, on the protocol library that the LM Studio client brings."""

from __future__ import annotations

import asyncio
import json
import threading
from abc import ABC, abstractmethod
from typing import Any, Self

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, Request, TextMessage


class Gone(Exception):
    """The client went away."""


class WebSocket:
    """One open websocket that carries JSON."""

    def __init__(self, protocol: WSConnection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._protocol, self._reader, self._writer = protocol, reader, writer
        self._text = ""

    async def receive(self) -> Any:
        """The next message; raises Gone."""
        while True:
            for event in self._protocol.events():
                match event:
                    case TextMessage(data=part, message_finished=finished):
                        self._text += part
                        if finished:
                            text, self._text = self._text, ""
                            return json.loads(text)
                    case Ping():
                        self._writer.write(self._protocol.send(event.response()))
                    case CloseConnection():
                        self._writer.write(self._protocol.send(event.response()))
                        raise Gone
            try:
                data = await self._reader.read(65536)
            except ConnectionError:
                raise Gone from None
            if not data:
                raise Gone
            self._protocol.receive_data(data)

    async def send(self, message: Any) -> None:
        """Send one message; nothing happens if the client is gone."""
        if not self._writer.is_closing():
            self._writer.write(self._protocol.send(TextMessage(json.dumps(message))))

    def drop(self) -> None:
        """Break the connection off."""
        self._writer.transport.abort()


class WebSocketServer(ABC):
    """Serves in a thread of its own from `with` on; `host` is where, as host:port."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @abstractmethod
    async def serve(self, path: str, socket: WebSocket) -> None:
        """Talk to one client; may raise Gone."""

    @abstractmethod
    def page(self, path: str) -> str | None:
        """The JSON for an ordinary GET; None = 404."""

    def __enter__(self) -> Self:
        self._thread.start()
        self._port = 0
        self.start()
        self.host = f"127.0.0.1:{self._port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def start(self) -> None:
        """Listen, on the same port as before."""
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    def stop(self) -> None:
        """Break off all connections and listen no more."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # the sockets are closed in the loop's next pass

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            if b"upgrade: websocket" not in head.lower():
                self._send_page(path, writer)
                return
            protocol = WSConnection(ConnectionType.SERVER)
            protocol.receive_data(head)
            request = next(protocol.events())
            assert isinstance(request, Request)
            writer.write(protocol.send(AcceptConnection()))
            await self.serve(path, WebSocket(protocol, reader, writer))
        except (Gone, ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    def _send_page(self, path: str, writer: asyncio.StreamWriter) -> None:
        body = self.page(path)
        status = "404 Not Found" if body is None else "200 OK"
        data = (body or "").encode()
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\nConnection: close"
        )
        writer.write(head.encode() + b"\r\n\r\n" + data)
