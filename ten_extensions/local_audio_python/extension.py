"""A node that is the machine's microphone, its loudspeaker, or both."""

from __future__ import annotations

import sys

from ten_runtime import AsyncTenEnv, AudioFrame, Cmd, Data

from ten_extensions.common.addon import Missing
from ten_extensions.common.extension import Extension
from wrappers.audio import SIDE_NAMES, DeviceNotFound, Side, choose_device, find_devices

from .config import LocalAudioConfig
from .loudspeaker import LocalLoudspeaker
from .microphone import LocalMicrophone

SWITCH_INTERVAL_S = 0.001
"""How long a thread keeps the GIL while the event loop wants it; Python's own 5 ms are half a frame."""


class LocalAudioExtension(Extension[LocalAudioConfig]):
    """Hands the messages to the sides that its mode asks for. Messages: see manifest.json."""

    module = "audio"
    config_type = LocalAudioConfig

    @classmethod
    def check_here(cls, config: LocalAudioConfig) -> Missing | None:
        """Whether there are such devices."""
        wishes: dict[Side, str] = {}
        if config.mode != "input":
            wishes["output"] = config.output_device
        if config.mode != "output":
            wishes["input"] = config.input_device
        found = find_devices()
        for side, wish in wishes.items():
            try:
                choose_device(found, side, wish)
            except DeviceNotFound as error:
                if not found.devices:
                    return Missing(f"there is no {SIDE_NAMES[side]} ({found.reason})", found.mend)
                return Missing(str(error), "choose one of --list-devices")
        return None

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        mode = self.config.mode
        self.microphone = LocalMicrophone(self, self.config) if mode != "output" else None
        self.loudspeaker = LocalLoudspeaker(self, self.config) if mode != "input" else None

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._open())

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        is_for_microphone = cmd.get_name() in ("start_input", "mute")
        side = self.microphone if is_for_microphone or self.loudspeaker is None else self.loudspeaker
        if side is not None:
            await side.on_cmd(cmd)
        else:
            await self.answer_error(cmd, f"a loudspeaker does not know the command {cmd.get_name()}")

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        if self.loudspeaker is not None:
            await self.loudspeaker.on_data(data)

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        if self.loudspeaker is not None:
            await self.loudspeaker.on_audio_frame(audio_frame)

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        if self.broken:
            return
        for side in (self.microphone, self.loudspeaker):
            if side is not None:
                await side.close()

    async def _open(self) -> None:
        if self.loudspeaker is not None and not await self.loudspeaker.open():
            return
        if self.microphone is not None and not await self.microphone.open():
            return
        await self.send_ready()
