"""Stands between microphone and VAD, and keeps the agent's own voice from getting through."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from ten_runtime import AsyncTenEnv, AudioFrame, Data

from ten_extensions.common.addon import Missing
from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, Pcm, make_data, make_pcm_frame, read, read_pcm
from wrappers.audio import ENGINE_RATE_HZ, ms_of_samples
from wrappers.echo import FRAME_SAMPLES, Aec3Canceller, Cleaned, EchoState, EchoSuppressor, is_installed
from wrappers.errors import EngineMissing
from wrappers.worker import Worker

from .config import EchoConfig
from .frames import FrameShaper

METRICS_PERIOD_MS = 5000
"""While the agent speaks; also at the end of each answer."""
INSTALL = "run `make run EXTRAS=aec`, or choose the mode gate"


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a frame on its way comes from."""

    message: AudioFrame | None
    """The message it came in, if it was that and nothing else."""
    time_ms: int
    metadata: Json


class EchoSuppressorExtension(Extension[EchoConfig]):
    """Takes the microphone, and what the speaker tells of what it plays; sends the microphone without the agent.

    Frames keep their times and metadata, and keep coming: where the agent is heard they hold silence. Messages: see
    manifest.json.
    """

    module = "aec"
    config_type = EchoConfig

    @classmethod
    def check_here(cls, config: EchoConfig) -> Missing | None:
        """Whether the canceller is installed, where the mode cannot do without."""
        if config.mode == "aec" and not is_installed():
            return Missing("echo cancelling needs the Python package livekit, which is not installed", INSTALL)
        return None

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._suppressor: EchoSuppressor[_Origin] = EchoSuppressor(
            self.config.mode, options=self.config.suppressor_options()
        )
        self._microphone, self._reference = FrameShaper(), FrameShaper()
        self._outgoing: deque[Cleaned[_Origin]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._told: EchoState | None = None
        self._metrics_ms = 0
        self._devices: dict[str, tuple[str, str]] = {}
        self._complained = False

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._load())

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        try:
            pcm = read_pcm(audio_frame)
        except ValueError as error:
            if not self._complained:
                self._complained = True
                await self.send_error(f'node "{self.name}": audio that cannot be used: {error}')
            return
        if audio_frame.get_name() == "playback_frame":
            self._take_reference(pcm)
        else:
            self._take_microphone(audio_frame, pcm)
        await self._pass_on()

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        properties = read(data)
        match data.get_name():
            case "playback_state":
                await self._take_playback(properties)
            case "device_state":
                self._take_device(properties)

    async def _load(self) -> None:
        if self.config.mode in ("aec", "auto"):
            worker = Worker("echo canceller")
            try:
                self._suppressor.use(await worker.call(Aec3Canceller, self.config.noise_suppression))
            except EngineMissing as error:
                await self._do_without(error)
            finally:
                worker.close()
        await self._tell_state()
        await self.send_ready()

    async def _do_without(self, error: EngineMissing) -> None:
        if self.config.mode == "aec":
            await self.send_error(f'node "{self.name}", mode: "aec": {error}; the gate stands in for it')
        else:
            self.log.info(f"{error}; where there is an echo, the gate deals with it")

    def _take_microphone(self, message: AudioFrame, pcm: Pcm) -> None:
        now_ms = self.now_ms()
        # A frame without a time (TEN's own microphone sends such) has just been captured.
        time_ms = pcm.timestamp_ms or now_ms - ms_of_samples(len(pcm.samples), pcm.rate_hz)
        for frame in self._microphone.cut(pcm, time_ms):
            is_message = frame.samples is pcm.samples and len(pcm.samples) == FRAME_SAMPLES
            origin = _Origin(message if is_message else None, frame.time_ms, pcm.metadata)
            self._suppressor.push_microphone(frame.samples, frame.time_ms, now_ms, origin)

    def _take_reference(self, pcm: Pcm) -> None:
        samples, held_ms = self._reference.resample(pcm)
        time_ms = round((pcm.timestamp_ms or self.now_ms()) - held_ms)
        heard_ms = pcm.metadata.get("heard_ms")
        delay_ms = heard_ms - pcm.timestamp_ms if isinstance(heard_ms, int) and pcm.timestamp_ms else 0
        self._suppressor.push_reference(samples, time_ms, time_ms + delay_ms)

    async def _take_playback(self, properties: Json) -> None:
        state, now_ms = str(properties.get("state", "")), self.now_ms()
        time_ms, queued_ms = properties.get("ts_ms"), properties.get("queued_ms")
        self._suppressor.tell_playback(
            str(properties.get("request_id", "")),
            state,
            time_ms if isinstance(time_ms, int) else now_ms,
            queued_ms if isinstance(queued_ms, int) else 0,
        )
        if state in ("drained", "flushed") or now_ms - self._metrics_ms >= METRICS_PERIOD_MS:
            self._metrics_ms = now_ms
            await self._send_figures(str(properties.get("request_id", "")))

    def _take_device(self, properties: Json) -> None:
        """A device that is new, or is there again, is another echo; one that was only muted is not."""
        side, state, device = (str(properties.get(key, "")) for key in ("side", "state", "device"))
        if state == "muted":
            return
        before = self._devices.get(side)
        self._devices[side] = (state, device)
        if state == "open" and before is not None and before != (state, device):
            self.log.info(f"the {side} device has changed: the echo is learnt anew")
            self._suppressor.reset()

    async def _pass_on(self) -> None:
        """Send what is ready, and come back when the next frame has waited long enough."""
        self._outgoing.extend(self._suppressor.take(self.now_ms()))
        while self._outgoing:  # by whoever comes first, so that they stay in order
            await self._send(self._outgoing.popleft())
        for warning in self._suppressor.take_warnings():
            await self.send_error(f'node "{self.name}": {warning}')
        await self._tell_state()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline_ms = self._suppressor.deadline_ms
        if deadline_ms is not None:
            self._timer = asyncio.get_running_loop().call_at(deadline_ms / 1000, self._waited)

    async def _send(self, cleaned: Cleaned[_Origin]) -> None:
        origin = cleaned.carry
        if cleaned.is_untouched and origin.message is not None:
            frame = origin.message
        else:
            frame = make_pcm_frame(cleaned.samples, ENGINE_RATE_HZ, origin.time_ms, origin.metadata)
        await self.ten_env.send_audio_frame(frame)

    def _waited(self) -> None:
        self._timer = None
        self.spawn(self._pass_on())

    async def _tell_state(self) -> None:
        """Send `echo_state` when something about it is new; figures alone are none."""
        state, told = self._suppressor.state, self._told
        if told is not None and _without_figures(state) == _without_figures(told):
            return
        self._told = state
        opened = {} if state.open_since_ms is None else {"open_since_ms": state.open_since_ms}
        await self.ten_env.send_data(
            make_data(
                "echo_state",
                mode=state.mode,
                wanted=self.config.mode,
                gate="open" if state.is_open else "closed",
                settled=state.is_settled,
                speaking_interrupts=state.speaking_interrupts,
                ts_ms=self.now_ms(),
                **opened,
                **_figures(state),
            )
        )

    async def _send_figures(self, request_id: str) -> None:
        counts = {"gated_ms": self._suppressor.gated_ms, "late_ms": self._suppressor.late_ms}
        await self.send_metrics(_figures(self._suppressor.state) | counts, id=request_id)


def _without_figures(state: EchoState) -> tuple[object, ...]:
    return state.mode, state.is_open, state.is_settled, state.speaking_interrupts


def _figures(state: EchoState) -> Json:
    """Those that are known."""
    figures: Json = {}
    if state.erle_db is not None:
        figures["erle_db"] = round(state.erle_db, 1)
    if state.delay_ms is not None:
        figures["delay_ms"] = state.delay_ms
    return figures
