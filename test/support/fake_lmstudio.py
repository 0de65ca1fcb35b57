"""A stand-in for LM Studio: its websocket protocol, checked against the message types that the client package carries.

with FakeLmStudio(reply=lambda history: ["Hel", "lo"]) as server:
    ...  # connect to server.host

A reply yields texts and, between them: `thought("hm")`, `tool_call("f", x=1)`, HOLD (until it is cancelled), DROP
(break the connection off), an exception (a server-side error), `stop("modelUnloaded")` (the reason of the end),
BAD_CALL (a tool call that LM Studio cannot read).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import lmstudio._sdk_models as wire
from support.websocket_server import WebSocket, WebSocketServer

HOLD = object()
DROP = object()
BAD_CALL = object()
History = list[tuple[str, str]]
"""Role and text of each message."""


@dataclass(frozen=True)
class Fragment:
    content: str
    reasoning_type: str = "none"


@dataclass(frozen=True)
class CalledTool:
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Raw:
    """A message on the channel, whatever it is."""

    message: Any


@dataclass(frozen=True)
class Stop:
    reason: str


def thought(text: str) -> list[Fragment]:
    """A thought with the tags around it, as LM Studio sends it."""
    return [
        Fragment("<think>", "reasoningStartTag"),
        Fragment(text, "reasoning"),
        Fragment("</think>", "reasoningEndTag"),
    ]


def prediction_fields(prediction: dict[str, Any]) -> dict[str, Any]:
    """How a prediction shall be made: temperature, maxPredictedTokens, ..."""
    return {
        entry["key"].removeprefix("llm.prediction."): entry["value"]
        for layer in prediction["predictionConfigStack"]["layers"]
        for entry in layer["config"]["fields"]
    }


class FakeLmStudio(WebSocketServer):
    """`reply` makes the answer from the history; `loaded`, `downloaded`, `broken` are the names of models.

    refusal: what is wrong with whoever connects; hangs: nobody gets any answer
    """

    def __init__(
        self,
        reply: Callable[[History], Iterable[Any]] = lambda history: ["Hello", " there."],
        loaded: tuple[str, ...] = ("first-model",),
        downloaded: tuple[str, ...] = ("first-model", "second-model"),
        broken: tuple[str, ...] = (),
        refusal: Any = None,
        hangs: bool = False,
    ) -> None:
        super().__init__()
        self.loaded = list(loaded)
        self.downloaded = list(downloaded)
        self.predictions: list[dict[str, Any]] = []
        """The parameters of every prediction."""
        self.holding = threading.Event()
        self.cancelled = threading.Event()
        self._reply = reply
        self._broken = broken
        self._refusal = refusal
        self._hangs = hangs

    def page(self, path: str) -> str | None:
        return '{"lmstudio":true}' if path == "/lmstudio-greeting" else None

    async def serve(self, path: str, socket: WebSocket) -> None:
        hello = await socket.receive()
        if self._hangs:
            await asyncio.Event().wait()
        assert hello["authVersion"] == 1 and hello["clientIdentifier"] and hello["clientPasskey"]
        if self._refusal is not None:
            await socket.send({"success": False, "error": self._refusal})
            return
        await socket.send({"success": True})
        channels: dict[int, asyncio.Task[None]] = {}
        try:
            while True:
                message = await socket.receive()
                match message["type"]:
                    case "rpcCall":
                        await self._answer_call(socket, message)
                    case "channelCreate":
                        channel = _Channel(socket, message["channelId"])
                        channels[message["channelId"]] = asyncio.ensure_future(self._serve_channel(channel, message))
                    case "channelSend" if message["message"]["type"] == "cancel":
                        wire.LlmChannelPredictToServerPacketCancel._from_api_dict(message["message"])
                        channels[message["channelId"]].cancel()
        finally:
            for task in channels.values():
                task.cancel()

    async def _answer_call(self, socket: WebSocket, message: dict[str, Any]) -> None:
        result: Any = None
        match message["endpoint"]:
            case "listLoaded":
                result = [_model_info(name, loaded=True) for name in self.loaded]
            case "listDownloadedModels":
                result = [_model_info(name, loaded=False) for name in self.downloaded]
            case "getModelInfo":
                result = _model_info(message["parameter"]["specifier"]["query"]["identifier"], loaded=True)
        await socket.send({"type": "rpcResult", "callId": message["callId"], "result": result})

    async def _serve_channel(self, channel: _Channel, message: dict[str, Any]) -> None:
        parameters = message["creationParameter"]
        if message["endpoint"] == "getOrLoad":
            await self._load(channel, parameters["identifier"])
        else:
            self.predictions.append(parameters)
            await self._predict(channel, parameters)

    async def _load(self, channel: _Channel, name: str) -> None:
        if name not in (*self.loaded, *self.downloaded) or name in self._broken:
            await channel.fail("Not enough memory" if name in self._broken else f"Cannot find model {name}")
            return
        if name not in self.loaded:
            start = {"type": "startLoading", "identifier": name, "info": _model_info(name, loaded=False)}
            wire.LlmChannelGetOrLoadToClientPacketStartLoading._from_api_dict(start)
            await channel.send(start)
            for progress in (0.5, 1.0):
                await channel.send({"type": "loadProgress", "progress": progress})
            self.loaded.append(name)
        done = {"type": "loadSuccess", "info": _model_info(name, loaded=True)}
        wire.LlmChannelGetOrLoadToClientPacketLoadSuccess._from_api_dict(done)
        await channel.send(done)
        await channel.close()

    async def _predict(self, channel: _Channel, parameters: dict[str, Any]) -> None:
        wire.PredictionChannelRequest._from_api_dict(parameters)
        name = parameters["modelSpecifier"]["query"]["identifier"]
        if name not in self.loaded:
            await channel.fail("No model loaded")
            return
        history = [(m["role"], "".join(part.get("text", "") for part in m["content"])) for m in _entries(parameters)]
        tokens, reason = 0, "eosFound"
        await channel.send({"type": "promptProcessingProgress", "progress": 1.0})
        try:
            for item in self._reply(history):
                match item:
                    case str() | Fragment():
                        tokens += 1
                        await channel.send_fragment(item if isinstance(item, Fragment) else Fragment(item))
                    case Raw(message):
                        await channel.send(message)
                    case CalledTool():
                        await channel.send_tool_call(item)
                    case Stop():
                        reason = item.reason
                    case Exception():
                        await channel.fail(str(item))
                        return
                    case _ if item is BAD_CALL:
                        await channel.send_bad_call()
                    case _ if item is DROP:
                        channel.socket.drop()
                        return
                    case _:
                        self.holding.set()
                        await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            reason = "userStopped"  # the real server still sends its closing statistics
        await channel.send(_success(name, reason, tokens))
        await channel.close()


class _Channel:
    """One stream of messages over a websocket."""

    def __init__(self, socket: WebSocket, channel_id: int) -> None:
        self.socket = socket
        self._id = channel_id

    async def send(self, message: dict[str, Any]) -> None:
        await self.socket.send({"type": "channelSend", "channelId": self._id, "message": message})

    async def close(self) -> None:
        await self.socket.send({"type": "channelClose", "channelId": self._id})

    async def fail(self, title: str) -> None:
        error = {"title": title, "rootTitle": title}
        await self.socket.send({"type": "channelError", "channelId": self._id, "error": error})

    async def send_fragment(self, fragment: Fragment) -> None:
        content = {
            "content": fragment.content,
            "tokensCount": 1,
            "containsDrafted": False,
            "reasoningType": fragment.reasoning_type,
        }
        packet = {"type": "fragment", "fragment": content}
        wire.LlmChannelPredictToClientPacketFragment._from_api_dict(packet)
        await self.send(packet)

    async def send_bad_call(self) -> None:
        await self.send({"type": "toolCallGenerationStart"})
        packet = {"type": "toolCallGenerationFailed", "error": {"title": "Unexpected token"}, "rawContent": "{x"}
        wire.LlmChannelPredictToClientPacketToolCallGenerationFailed._from_api_dict(packet)
        await self.send(packet)

    async def send_tool_call(self, call: CalledTool) -> None:
        await self.send({"type": "toolCallGenerationStart"})
        request = {"type": "function", "id": "call-1", "name": call.name, "arguments": call.arguments}
        packet = {"type": "toolCallGenerationEnd", "toolCallRequest": request}
        wire.LlmChannelPredictToClientPacketToolCallGenerationEnd._from_api_dict(packet)
        await self.send(packet)


def _entries(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = parameters["history"]["messages"]
    return messages


def _success(name: str, reason: str, tokens: int) -> dict[str, Any]:
    stats = {"stopReason": reason, "promptTokensCount": 5, "predictedTokensCount": tokens, "tokensPerSecond": 50.0}
    packet = {
        "type": "success",
        "stats": stats,
        "modelInfo": _model_info(name, loaded=True),
        "loadModelConfig": {"fields": []},
        "predictionConfig": {"fields": []},
    }
    wire.LlmChannelPredictToClientPacketSuccess._from_api_dict(packet)
    return packet


def _model_info(name: str, loaded: bool) -> dict[str, Any]:
    info: dict[str, Any] = {
        **{"type": "llm", "modelKey": name, "format": "safetensors", "displayName": name, "path": f"test/{name}"},
        **{"sizeBytes": 1000, "vision": False, "trainedForToolUse": True, "maxContextLength": 4096},
        **{"paramsString": "1K", "architecture": "qwen2"},
    }
    if loaded:
        info |= {"identifier": name, "instanceReference": f"ref-{name}", "contextLength": 4096}
        wire.LlmInstanceInfo._from_api_dict(info)
    else:
        wire.LlmInfo._from_api_dict(info)
    return info
