"""Stands before two nodes of the same kind: one works, the other one takes over when it does not."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Sequence

from ten_runtime import AsyncTenEnv, AudioFrame, Cmd, CmdResult, Data, Loc, TenError
from ten_runtime.msg import Msg

from ten_extensions.common.extension import FATAL, Extension
from ten_extensions.common.messages import make_cmd, make_result, read

from .carrier import Carrier
from .chat import ChatCarrier
from .config import FailoverConfig
from .decision import Action, Decision, Fail, GiveUp, Move, Probe, SayReady, Side, Switch
from .hearing import HearingCarrier
from .speech import SpeechCarrier

CARRIERS: dict[str, type[Carrier]] = {"tts": SpeechCarrier, "asr": HearingCarrier, "llm": ChatCarrier}


class FailoverExtension(Extension[FailoverConfig]):
    """To the graph it is the node that it stands for: it has that node's name, takes its messages and sends them."""

    module = "failover"
    config_type = FailoverConfig

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        config = self.config
        self._names = {Side.PRIMARY: config.primary, Side.BACKUP: config.backup}
        self._sides = {name: side for side, name in self._names.items()}
        serial = config.kind != "llm"
        self.decision = Decision(config.first_output_ms, config.ready_ms, config.probe_ms, self.now_ms(), serial=serial)
        self._carrier = CARRIERS[config.kind](self)
        self._changed = asyncio.Event()

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._watch_the_clock())

    # --- Messages. -------------------------------------------------------------------------------------------------

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        side = self._side_of(data)
        if side is None:
            await self._carrier.take(data)
        elif data.get_name() == "ready":
            await self.follow(self.decision.ready(side, self.now_ms()))
        elif data.get_name() == "error":
            await self._take_error(side, data)
        else:
            await self._carrier.give(side, data)
        self._changed.set()

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        side = self._side_of(audio_frame)
        if side is None:
            await self._carrier.take_frame(audio_frame)
        else:
            await self._carrier.give_frame(side, audio_frame)

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        self.spawn(self._carrier.take_command(cmd))

    async def _take_error(self, side: Side, data: Data) -> None:
        """Nothing is fatal as long as one node is left."""
        error, active = read(data), self.decision.active
        fatal, text = error.get("code") == FATAL, str(error.get("message", ""))
        if self._carrier.is_probe(str(error.get("id", ""))):
            await self._carrier.probed(False)
        elif side is active and not fatal:
            await self.out(data)
        else:
            self.log.warn(f"{self._names[side]}: {text}")
        actions = self.decision.error(side, fatal, self.now_ms())
        if fatal and GiveUp() not in actions:
            await self.send_error(f"{self._names[side]} has failed: {text}")
        await self.follow(actions)

    def _side_of(self, message: Msg) -> Side | None:
        return self._sides.get(message.get_source().extension_name or "")

    # --- What the carriers use: see `Link`. ------------------------------------------------------------------------

    async def to(self, message: Data | AudioFrame, *sides: Side) -> None:
        message.set_dests([Loc("", "", self._names[side]) for side in sides])
        await self._send(message)

    async def out(self, message: Data | AudioFrame) -> None:
        message.set_dests([])
        await self._send(message)

    async def _send(self, message: Data | AudioFrame) -> None:
        if isinstance(message, AudioFrame):
            await self.ten_env.send_audio_frame(message)
        else:
            await self.ten_env.send_data(message)

    def command(self, cmd: Cmd, side: Side) -> AsyncIterator[tuple[CmdResult | None, TenError | None]]:
        cmd.set_dests([Loc("", "", self._names[side])])
        return self.ten_env.send_cmd_ex(cmd)

    async def pass_on(self, cmd: Cmd, side: Side) -> None:
        async for result, error in self.command(make_cmd(cmd.get_name(), **read(cmd)), side):
            if result is None:
                await self.answer_error(cmd, f"{self._names[side]}: {error}")
                return
            answer = make_result(result.get_status_code(), cmd, **read(result))
            answer.set_final(result.is_completed())
            await self.ten_env.return_result(answer)

    async def follow(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Switch():
                    await self._tell_switch(action)
                    await self._carrier.switched(action.to)
                case Move():
                    await self._carrier.move(action.request_ids, action.to)
                case Fail():
                    await self._carrier.fail(action.request_id)
                case SayReady():
                    await self.send_ready()
                case Probe():
                    await self._carrier.probe()
                case GiveUp():
                    both = " and ".join(self._names.values())
                    await self.send_error(f'node "{self.name}": both {both} have failed', fatal=True)
        self._changed.set()

    async def _tell_switch(self, switch: Switch) -> None:
        if switch.to is Side.PRIMARY and switch.why == "works again":
            self.log.info(f"{self._names[switch.to]} works again")
        else:
            left, taken = self._names[switch.to.other], self._names[switch.to]
            await self.send_error(f"{left} {switch.why}: {taken} takes over")

    async def _watch_the_clock(self) -> None:
        while True:
            self._changed.clear()
            due_ms = self.decision.due_ms()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if math.isinf(due_ms) else max(0, due_ms - self.now_ms()) / 1000):
                    await self._changed.wait()
            await self.follow(self.decision.tick(self.now_ms()))
