"""What every microphone does with TEN messages, be it a device or a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from ten_runtime import Cmd

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, make_cmd, make_pcm_frame
from wrappers.audio import ENGINE_RATE_HZ, Samples


class MicrophoneSide(ABC):
    """Starts to listen once it is told to, tells that the user is there, and sends frames."""

    def __init__(self, node: Extension[Any], session_id: str, kind: str) -> None:
        """kind: what it is, in an error: 'a file input'"""
        self.problem = ""
        """Why it cannot start, for who asks it to."""
        self._node = node
        self._metadata: Json = {"session_id": session_id}
        self._kind = kind
        self._started = False
        self._joined = False

    async def on_cmd(self, cmd: Cmd) -> None:
        """`start_input` starts it, once."""
        if cmd.get_name() != "start_input":
            await self._node.answer_error(cmd, f"{self._kind} does not know the command {cmd.get_name()}")
        elif self.problem:
            await self._node.answer_error(cmd, self.problem)
        else:
            if not self._started:
                self._started = True
                self.start()
            await self._node.answer_ok(cmd)

    @abstractmethod
    def start(self) -> None:
        """Begin to send frames; does not wait."""

    async def send_frame(self, samples: Samples, time_ms: int) -> None:
        """Send int16 [n] at 16 kHz, captured from `time_ms` on. Does not suspend."""
        await self._node.ten_env.send_audio_frame(make_pcm_frame(samples, ENGINE_RATE_HZ, time_ms, self._metadata))
        if not self._joined:
            self._joined = True
            self._node.spawn(self.tell("on_user_joined"))

    async def tell(self, name: str) -> None:
        """Send a command to whoever takes it."""
        _, error = await self._node.ten_env.send_cmd(make_cmd(name, metadata=self._metadata))
        if error is not None:
            self._node.log.debug(f"nobody takes {name}: {error.error_message()}")
