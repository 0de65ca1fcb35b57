"""The machine's loudspeaker behind TEN messages."""

from __future__ import annotations

from collections.abc import Awaitable

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json
from ten_extensions.common.speaker_side import SpeakerSide
from wrappers.audio import (
    AudioDeviceError,
    Counts,
    DeviceLost,
    DeviceOpened,
    FramesLost,
    Loudspeaker,
    OpenDevice,
    PlaybackNews,
    PlayedFrame,
    audio_hub,
)

from .config import LocalAudioConfig
from .device_news import DeviceNews


class LocalLoudspeaker(SpeakerSide):
    """Passes requests and orders on to the sound process, and sends on what that tells."""

    def __init__(self, node: Extension[LocalAudioConfig], config: LocalAudioConfig) -> None:
        super().__init__(node, "a loudspeaker")
        self._config = config
        self._news = DeviceNews(node, "output")
        self._counts: Json = {"underruns": 0, "dropped_samples": 0, "device_underruns": 0}
        self._device: Loudspeaker | None = None

    async def open(self) -> bool:
        """Open the device; from here on it plays, at first silence. Returns whether it can be used."""
        config = self._config
        order = OpenDevice(
            "output",
            config.output_device,
            config.output_buffer_ms,
            jitter_ms=config.jitter_ms,
            volume_db=config.volume_db,
        )
        try:
            self._device = self.player = await audio_hub().open_output(order)
        except AudioDeviceError as error:
            await self._node.send_error(f'node "{self._node.name}", output_device: {error}', fatal=True)
            return False
        self._node.spawn(self._follow(self._device))
        return True

    async def close(self) -> None:
        """Give the device back; what it has not played is not played."""
        if self._device is not None:
            await self._device.close()

    async def settle(self, done: Awaitable[None] | None) -> None:
        if done is not None:  # the states that it made were in the reports before, and are on their way
            await done

    def counts(self) -> Json:
        return self._counts

    async def _follow(self, device: Loudspeaker) -> None:
        async for report in device.reports():
            match report:
                case PlayedFrame(samples, time_ms, heard_ms):
                    await self.send_frame(samples, time_ms, heard_ms)
                case PlaybackNews(event, time_ms):
                    await self.send_state(event, time_ms)
                case DeviceOpened():
                    await self._news.opened(report)
                case DeviceLost():
                    await self._news.lost(report)
                case FramesLost(_, count):
                    self._node.log.warn(f"the app stood still: {count * 10} ms of what was played were not passed on")
                case Counts(_, counts):
                    self._counts = dict(counts)
                    await self._node.send_metrics(self._counts)
