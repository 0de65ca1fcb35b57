"""A node that turns keys of the terminal into commands."""

from __future__ import annotations

import asyncio

from ten_runtime import AsyncTenEnv, StatusCode

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import make_cmd, read
from wrappers.terminal import TerminalKeys, terminal_descriptor

from .config import KeyboardConfig

MAX_WAITING = 16
"""Keys that are not dealt with yet; somebody who leans on the keyboard loses the rest."""


class KeyboardExtension(Extension[KeyboardConfig]):
    """Space and Enter interrupt, `m` mutes, `q` ends the app. Without a terminal it does nothing. See manifest.json."""

    module = "keyboard"
    config_type = KeyboardConfig

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._pressed: asyncio.Queue[str] = asyncio.Queue(MAX_WAITING)
        self._keys: TerminalKeys | None = None
        self._is_muted = False

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._serve())

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        if not self.broken and self._keys is not None:
            self._keys.close()

    async def _serve(self) -> None:
        descriptor = terminal_descriptor()
        if descriptor is None:
            if self.config.push_to_talk:
                await self.send_error(f'node "{self.name}": push-to-talk needs a terminal; the microphone stays open')
            await self.send_ready()
            return
        loop = asyncio.get_running_loop()

        def pressed(key: str) -> None:
            loop.call_soon_threadsafe(self._press, key)

        self._keys = TerminalKeys(descriptor, pressed)
        if self.config.push_to_talk:
            await self._mute(True)
        await self.send_ready()
        while True:
            await self._obey(await self._pressed.get())

    def _press(self, key: str) -> None:
        if not self._pressed.full():
            self._pressed.put_nowait(key)

    async def _obey(self, key: str) -> None:
        match key.lower():
            case " " if self.config.push_to_talk:
                if self._is_muted:  # whoever begins to talk does not want to hear the rest of an answer
                    self.spawn(self._interrupt())
                await self._mute(not self._is_muted)
            case " " | "\n" | "\r":
                self.spawn(self._interrupt())
            case "m":
                await self._mute(not self._is_muted)
            case "q":
                await self.close_app()

    async def _interrupt(self) -> None:
        await self._command("interrupt")

    async def _mute(self, muted: bool) -> None:
        if await self._command("mute", muted=muted):
            self._is_muted = muted

    async def _command(self, name: str, **properties: bool) -> bool:
        """Send a command and return whether it was carried out; a graph need not have somebody for each of them."""
        result, error = await self.ten_env.send_cmd(make_cmd(name, **properties))
        if error is not None or result is None:
            self.log.debug(f"nobody takes {name}: {error.error_message() if error else ''}")
            return False
        if result.get_status_code() != StatusCode.OK:
            self.log.warn(f"{name} was refused: {read(result).get('detail', '')}")
            return False
        return True
