"""The machine's microphone behind TEN messages."""

from __future__ import annotations

import gc
import sys

from ten_runtime import Cmd

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import read
from ten_extensions.common.microphone_side import MicrophoneSide
from wrappers.audio import (
    AudioDeviceError,
    CapturedFrame,
    Counts,
    DeviceLost,
    DeviceNotFound,
    DeviceOpened,
    FramesLost,
    HearsNothing,
    Microphone,
    OpenDevice,
    audio_hub,
    choose_device,
    find_devices,
    silence,
)
from wrappers.worker import Worker

from .config import LocalAudioConfig
from .device_news import DeviceNews


class LocalMicrophone(MicrophoneSide):
    """Sends what the device hears, or silence while it is muted."""

    def __init__(self, node: Extension[LocalAudioConfig], config: LocalAudioConfig) -> None:
        super().__init__(node, config.session_id, "a microphone")
        self._config = config
        self._muted = config.muted
        self._news = DeviceNews(node, "input")
        self._worker = Worker("device list")
        self._device: Microphone | None = None

    async def open(self) -> bool:
        """Look whether there is a microphone, without listening to it yet. Returns whether it can be used."""
        try:
            await self._worker.call(_look_for, self._config.input_device)
        except DeviceNotFound as error:
            self.problem = str(error)
            await self._node.send_error(f'node "{self._node.name}", input_device: {error}', fatal=True)
        self._worker.close()
        return not self.problem

    def start(self) -> None:
        # All is loaded now: what is there will never be garbage, and looking through it takes half a second.
        gc.freeze()
        self._node.spawn(self._listen())

    async def on_cmd(self, cmd: Cmd) -> None:
        """Also `mute`: silence in place of what the device hears, or no longer so."""
        if cmd.get_name() != "mute":
            await super().on_cmd(cmd)
            return
        muted = read(cmd).get("muted")
        self._muted = muted if isinstance(muted, bool) else not self._muted
        await self._news.send("muted" if self._muted else "open")
        await self._node.answer_ok(cmd, muted=self._muted)

    async def close(self) -> None:
        """Give the device back."""
        if self._device is not None:
            await self._device.close()

    async def _listen(self) -> None:
        order = OpenDevice("input", self._config.input_device, self._config.input_buffer_ms)
        try:
            self._device = await audio_hub().open_input(order)
        except AudioDeviceError as error:
            await self._node.send_error(f'node "{self._node.name}": {error}', fatal=True)
            return
        async for report in self._device.reports():
            match report:
                case CapturedFrame(samples, time_ms):
                    await self.send_frame(silence(len(samples)) if self._muted else samples, time_ms)
                case DeviceOpened():
                    await self._news.opened(report)
                    if self._muted:
                        await self._news.send("muted")
                case DeviceLost():
                    await self._news.lost(report)
                    if report.slept:  # whoever wakes a machine up does not want the end of an old answer
                        self._node.spawn(self.tell("interrupt"))
                case HearsNothing(name):
                    await self._node.send_error(f'node "{self._node.name}": {_explain_silence(name)}')
                case FramesLost(_, count):
                    self._node.log.warn(f"the app stood still: {count * 10} ms of sound were not heard")
                case Counts(_, counts):
                    await self._node.send_metrics(dict(counts))


def _look_for(wish: str) -> None:
    choose_device(find_devices(), "input", wish)


def _explain_silence(name: str) -> str:
    text = f'the microphone "{name}" gives nothing but zeros.'
    if sys.platform == "darwin":
        return (
            f"{text} Most likely macOS does not permit this program to listen: allow it in System Settings > "
            "Privacy & Security > Microphone (for the terminal that started it), then start the app again"
        )
    return f"{text} It is switched off or muted in the system's sound settings, or nothing is connected to it"
