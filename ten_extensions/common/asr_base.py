"""The base of all recognisers: TEN's asr-interface around a speech recognition engine.

    class MyAsr(AsrExtension[MyConfig]):
        vendor = "mine"
        config_type = MyConfig

        def make_recogniser(self) -> Recogniser: ...

Audio, and everything that says where in it speech is, goes into one bounded queue with one consumer, so that their
order is kept while an engine is busy. An utterance is decoded as it is spoken, and finished when the VAD says that it
is over; its final is kept until `asr_finalize` asks for it. All messages are in api/asr-interface.json.
"""

from __future__ import annotations

import asyncio
import traceback
from abc import ABC, abstractmethod
from collections import deque
from pathlib import Path
from typing import ClassVar, TypeVar

import numpy as np
from ten_runtime import AsyncTenEnv, AudioFrame, Cmd, Data

from ten_extensions.common.asr_config import AsrConfig
from ten_extensions.common.asr_dump import AsrDump
from ten_extensions.common.asr_messages import AsrEvent, Connect, Finalize, event_of
from ten_extensions.common.asr_transcripts import ReadyFinal, Transcripts
from ten_extensions.common.config import InvalidConfig, parse_config
from ten_extensions.common.extension import FATAL, RECOVERABLE, Extension
from ten_extensions.common.messages import Json, Pcm, make_data, read, read_pcm
from wrappers.asr import (
    RATE_HZ,
    Drop,
    Feed,
    Final,
    Finish,
    Heard,
    Inbox,
    Partial,
    Pause,
    Recogniser,
    Resume,
    State,
    Step,
    SupervisedRecogniser,
    Utterance,
    UtteranceCutter,
)
from wrappers.audio import Resampler, ms_of_samples, samples_of_ms

AsrConfigT = TypeVar("AsrConfigT", bound=AsrConfig)


class AsrExtension(Extension[AsrConfigT], ABC):
    """Hears `pcm_frame`, says `asr_result`."""

    module = "asr"
    vendor: ClassVar[str]
    """Name in results, metrics and errors, and of the dumped file."""

    @abstractmethod
    def make_recogniser(self) -> Recogniser:
        """An engine as `self.config.params` says, not opened yet. Must not take long."""

    def facts(self) -> Json:
        """What is known of the engine once it is open; goes into the metrics that tell of it."""
        return {}

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self._inbox: Inbox[AsrEvent] = Inbox()
        self._cutter = UtteranceCutter(self.config.cutter_options())
        self._transcripts = Transcripts(self.vendor)
        self._recogniser = self._supervise()
        self._dump = AsrDump(Path(self.config.dump_path) / f"{self.name}_in.pcm") if self.config.dump else None
        self._resampler = Resampler(RATE_HZ, RATE_HZ)
        self._ready: deque[ReadyFinal] = deque()
        self._session: Json = {}
        """Metadata of the frames that were heard last."""
        self._fed = 0
        """Samples of the open utterance that the engine has."""
        self._wanted = self.config.auto_connect
        self._complained = self._said_ready = self._said_ttfw = False
        self._connecting_ms = 0
        self._first_audio_ms: int | None = None
        self._consumer: asyncio.Task[None] | None = None

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self._consumer = self.spawn(self._consume())

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        if self.broken:
            return
        if self._consumer is not None:
            self._consumer.cancel()  # before its engine goes: it would open it again
            await asyncio.wait({self._consumer})
        self._recogniser.close()
        if self._dump is not None:
            await self._dump.close()

    # --- Messages. No handler suspends before it has done its work. ------------------------------------------------

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        if self._dump is not None and self._dump.add(bytes(audio_frame.get_buf())):
            self.spawn(self._write_dump(self._dump))
        try:
            self._hear(read_pcm(audio_frame))
        except ValueError as error:
            if not self._complained:
                self._complained = True
                await self._complain(f"audio that cannot be heard: {error}")

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        event = event_of(data.get_name(), read(data), self.now_ms())
        if event is None:
            self.log.debug(f"ignored data {data.get_name()}: it is unknown, or has no time")
        else:
            self._inbox.put(event)

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        if cmd.get_name() != "update_configs":
            await self.answer_error(cmd, f"{self.name} does not know the command {cmd.get_name()}")
            return
        current, changes = self.config.model_dump(), read(cmd)
        known = {key: value for key, value in changes.items() if key in current}
        if isinstance(params := known.get("params"), dict):
            known["params"] = current["params"] | params
        try:
            self.config = parse_config(self.config_type, current | known)  # type: ignore[assignment]
        except InvalidConfig as error:
            await self.answer_error(cmd, str(error))
            return
        if self.config.params.model_dump() != current["params"]:
            self._inbox.put(Connect(anew=True))
        await self.answer_ok(cmd, code=0, message="")

    async def _write_dump(self, dump: AsrDump) -> None:
        try:
            await dump.write()
        except OSError as error:
            self._dump = None
            await self._complain(f"the received audio is no longer written: {error}")

    def _hear(self, pcm: Pcm) -> None:
        if pcm.rate_hz != self._resampler.in_hz:
            self._resampler = Resampler(pcm.rate_hz, RATE_HZ)
        held_ms = round(self._resampler.held_ms)
        samples = self._resampler.push(pcm.samples)
        if len(samples):
            time_ms = max(1, pcm.timestamp_ms - held_ms) if pcm.timestamp_ms > 0 else 0
            self._inbox.put_audio(Heard(samples, time_ms, pcm.metadata))

    # --- The consumer. ---------------------------------------------------------------------------------------------

    async def _consume(self) -> None:
        if self.config.auto_connect:
            await self._recogniser.connect()
        else:
            await self._say_ready()  # nothing is missing: it waits for `trigger_connect`
        while True:
            item = await self._inbox.get(self._patience_s())
            try:
                if self._recogniser.retry_in_ms() == 0:
                    await self._recogniser.connect()
                while self._ready and self._ready[0].due_ms <= self.now_ms():
                    await self._send_result(self._ready.popleft().result)
                await self._deal_with(item)
            except Exception as error:  # one bad item must not make it deaf
                self.log.error(traceback.format_exc())
                await self._complain(f"{type(error).__name__}: {error}")

    def _patience_s(self) -> float | None:
        """Time until something is due that no message brings."""
        due = [retry_ms] if (retry_ms := self._recogniser.retry_in_ms()) is not None else []
        due += [self._ready[0].due_ms - self.now_ms()] if self._ready else []
        return max(0, min(due)) / 1000 if due else None

    async def _deal_with(self, item: Heard | AsrEvent | None) -> None:
        match item:
            case None:
                return
            case Heard():
                if item.lost:
                    lost_ms = ms_of_samples(len(item.samples), RATE_HZ)
                    await self.send_metrics({"lost_audio_ms": lost_ms}, self._metadata(), vendor=self.vendor)
                    await self._complain(f"recognition is too slow: {lost_ms} ms of audio were replaced by silence")
                if self._wanted and self._recogniser.state != "failed":
                    self._session = dict(item.metadata)
                    await self._follow(self._cutter.push(item.samples, item.time_ms))
            case Finalize():
                await self._finalize(item)
            case Connect():
                if item.anew:
                    self._recogniser.close()
                    self._recogniser = self._supervise()
                self._wanted = self._wanted or not item.anew
                if self._wanted:
                    await self._recogniser.connect()
            case _:
                await self._follow(self._cutter.mark(item))

    async def _follow(self, steps: list[Step]) -> None:
        for step in steps:
            utterance = step.utterance
            match step:
                case Feed():
                    if self._first_audio_ms is None:
                        self._first_audio_ms = self.now_ms()
                    self._fed += len(step.samples)
                    await self._say_partial(utterance, await self._recogniser.feed(step.samples))
                case Pause():
                    await self._say_partial(utterance, await self._recogniser.pause())
                case Resume():
                    await self._recogniser.resume()
                case Finish():
                    await self._finish(step)
                case Drop():
                    await self._recogniser.reset()
                    self._keep(Finish(utterance, utterance.start_ms), None)
            if isinstance(step, Finish | Drop):
                self._fed = 0

    async def _finish(self, finish: Finish) -> None:
        if self.config.finalize_mode == "mute_pkg":
            silence = np.zeros(samples_of_ms(self.config.mute_pkg_duration_ms, RATE_HZ), np.int16)
            await self._recogniser.feed(silence)
        final = await self._recogniser.finish()
        self._keep(finish, final)
        if final is not None:
            metrics: Json = {
                "audio_ms": ms_of_samples(self._fed, RATE_HZ),
                "compute_ms": final.compute_ms,
                "finish_ms": final.finish_ms,
            }
            if "guard" in final.info:  # the text was dropped, so no result tells
                metrics |= {key: final.info[key] for key in ("guard", "guarded_text")}
            result_id = self._transcripts.id(finish.utterance)
            await self.send_metrics(metrics, self._metadata(), vendor=self.vendor, id=result_id)

    def _keep(self, finish: Finish, final: Final | None) -> None:
        result = self._transcripts.final(finish, final, self._metadata())
        if result is not None:
            due_ms = self.now_ms() + self.config.final_hold_ms
            self._ready.append(ReadyFinal(result, finish.utterance.start_ms, due_ms))

    async def _finalize(self, request: Finalize) -> None:
        try:
            if self.config.finalize_mode != "ignore":
                await self._follow(self._cutter.finalize(request.end_ms))
            await self._send_finals(request)
        finally:  # whatever happened, somebody waits for this
            metadata = self._metadata() | request.metadata
            end = make_data("asr_finalize_end", finalize_id=request.finalize_id, metadata=metadata)
            await self.ten_env.send_data(end)

    async def _send_finals(self, request: Finalize) -> None:
        said = False
        while self._ready and (request.end_ms is None or self._ready[0].start_ms < request.end_ms):
            await self._send_result(self._ready.popleft().result)
            said = True
        if said:
            ttlw_ms = self.now_ms() - request.asked_ms
            await self.send_metrics({"ttlw": ttlw_ms}, self._metadata(), vendor=self.vendor)

    # --- What is sent. ---------------------------------------------------------------------------------------------

    async def _say_partial(self, utterance: Utterance, partial: Partial | None) -> None:
        if partial is None:
            return
        until_ms = utterance.audio_ms + ms_of_samples(self._fed, RATE_HZ)
        result = self._transcripts.partial(utterance, partial, until_ms, self._metadata())
        if result is not None:
            await self._send_result(result)

    async def _send_result(self, result: Json) -> None:
        await self.ten_env.send_data(make_data("asr_result", **result))
        if self._first_audio_ms is not None and not self._said_ttfw:
            self._said_ttfw = True
            ttfw_ms = self.now_ms() - self._first_audio_ms
            await self.send_metrics({"ttfw": ttfw_ms}, result["metadata"], vendor=self.vendor, id=result["id"])

    def _metadata(self) -> Json:
        return {"session_id": "", **self._session}

    async def _complain(self, text: str, *, fatal: bool = False) -> None:
        text = f'node "{self.name}": {text}'
        await self.send_error(text, fatal=fatal, vendor=self.vendor, metadata=self._metadata())

    def _supervise(self) -> SupervisedRecogniser:
        engine = self.make_recogniser()
        self._transcripts.model = engine.model
        return SupervisedRecogniser(engine, self._tell_state)

    async def _tell_state(self, state: State, last: State, reason: str) -> None:
        if self.config.connection_events:
            await self._send_connection_events(state, last, reason)
        if reason:
            await self._complain(reason, fatal=state == "failed")
        if state == "connecting":
            self._connecting_ms = self.now_ms()
        elif state == "connected":
            self._transcripts.model = self._recogniser.model  # which an engine may choose when it is opened
            delay_ms = self.now_ms() - self._connecting_ms
            metrics = {"connect_delay": delay_ms, **self.facts()}
            await self.send_metrics(metrics, self._metadata(), vendor=self.vendor)
            await self._say_ready()

    async def _send_connection_events(self, state: State, last: State, reason: str) -> None:
        current = "disconnected" if state == "failed" else state
        change = make_data(
            "connection_status_changed",
            id="",
            module=self.module,
            vendor_info={"vendor": self.vendor},
            current=current,
            last=last,
            code=FATAL if state == "failed" else RECOVERABLE if reason else 0,
            message=reason,
            metadata=self._metadata(),
        )
        await self.ten_env.send_data(change)
        if current != "connecting":
            plain = make_data(current, id="", module=self.module, vendor=self.vendor, metadata=self._metadata())
            await self.ten_env.send_data(plain)

    async def _say_ready(self) -> None:
        if not self._said_ready:
            self._said_ready = True
            await self.send_ready()
