"""What the rest of the graph and the user hear of a device that comes, goes or changes."""

from __future__ import annotations

from typing import Any, Literal

from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import make_data
from wrappers.audio import SIDE_NAMES, DeviceLost, DeviceOpened, Side

State = Literal["open", "muted", "lost"]


class DeviceNews:
    """Sends `device_state`, and an `error` where the user has to know. For one side."""

    def __init__(self, node: Extension[Any], side: Side) -> None:
        self._node = node
        self._side: Side = side
        self._latest = DeviceOpened(side, "", 0, 0.0)

    async def opened(self, device: DeviceOpened) -> None:
        """A device is in use, for the first time or again."""
        before, self._latest = self._latest.name, device
        kind = SIDE_NAMES[self._side]
        if not device.wished:
            text = f'the {kind} that was asked for is not there; "{device.name}" stands in for it'
            await self._node.send_error(f'node "{self._node.name}": {text}')
        elif device.name != before:
            self._node.log.info(f'the {kind} is "{device.name}", {device.rate_hz} Hz, {device.latency_ms:.0f} ms')
        else:
            self._node.log.info(f'the {kind} "{device.name}" is back')
        await self.send("open")

    async def lost(self, device: DeviceLost) -> None:
        """A device is gone."""
        kind = SIDE_NAMES[self._side]
        name = f'the {kind} "{device.name}" is gone' if device.name else f"there is no {kind}"
        text = f"{name} ({device.reason}); the conversation goes on with it, or with another default one"
        if device.slept:
            self._node.log.info(text)
        else:
            await self._node.send_error(f'node "{self._node.name}": {text}')
        await self.send("lost", reason=device.reason)

    async def send(self, state: State, reason: str = "") -> None:
        """Tell whoever depends on the device, such as an echo canceller."""
        device = self._latest
        await self._node.ten_env.send_data(
            make_data(
                "device_state",
                side=self._side,
                state=state,
                device=device.name,
                rate_hz=device.rate_hz,
                latency_ms=round(device.latency_ms),
                reason=reason,
                ts_ms=self._node.now_ms(),
            )
        )
