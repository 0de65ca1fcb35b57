"""Runs the conversation: messages become events, actions become messages."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from ten_runtime import AsyncTenEnv, Cmd, Data, StatusCode

from ten_extensions.common.extension import FATAL, Extension
from ten_extensions.common.messages import Json, make_cmd, make_data, read

from .actions import (
    AbortLlm,
    Action,
    AskLlm,
    AskTurnDetection,
    CallTool,
    CloseApp,
    DropEcho,
    Duck,
    Finalize,
    FlushSpeaker,
    FlushTts,
    Pause,
    PrefillLlm,
    ReportUtterance,
    Resume,
    ShowState,
    ShowText,
    Speak,
    StartInput,
    StartTimer,
    StopTimer,
    Warn,
)
from .conversation import Conversation
from .events import Event, LlmEnded, Timer, TimerFired, ToolOffered, ToolReturned
from .options import VoiceControlConfig
from .tool_caller import call_tool, read_offer
from .translate import event_of_command, event_of_data, event_of_result

ASSISTANT_STREAM_ID = 100
"""What TEN's user interfaces expect for the agent's own text."""
REMEMBERED_ERRORS = 20


class VoiceControlExtension(Extension[VoiceControlConfig]):
    """Turn taking, interruption and history. Messages: see manifest.json."""

    module = "control"
    config_type = VoiceControlConfig
    closes_app_when_broken = True

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self.conversation = Conversation(self.config)
        self.timers: dict[Timer, asyncio.TimerHandle] = {}
        self.outgoing: deque[Action] = deque()
        self.told_errors: deque[str] = deque(maxlen=REMEMBERED_ERRORS)

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.outgoing.extend(self.conversation.start(self.now_ms()))
        await self.perform_all()

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        self.outgoing.extend(self.conversation.stop(self.now_ms()))
        await self.perform_all()
        for timer in self.timers.values():
            timer.cancel()

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        if cmd.get_name() == "tool_register":
            await self.take_offer(cmd)
            return
        event = event_of_command(cmd.get_name(), read(cmd))
        if event:
            await self.take(event)
        await self.answer_ok(cmd)

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        name, properties = data.get_name(), read(data)
        if name == "error" and properties.get("code") != FATAL:
            self.told_errors.append(str(properties.get("message")))
        event = event_of_data(name, properties, data.get_source().extension_name or "")
        if event:
            await self.take(event)

    async def take_offer(self, cmd: Cmd) -> None:
        """A node offers a tool; the node that sends the command is the one that will be called."""
        tool = read_offer(read(cmd), cmd.get_source().extension_name or "")
        if tool is None:
            await self.answer_error(cmd, "tool_register: tool must have a name and a list of named parameters")
            return
        await self.take(ToolOffered(tool))
        await self.answer_ok(cmd)

    async def take(self, event: Event) -> None:
        """Tell the conversation what happened and do what it wants."""
        self.outgoing.extend(self.conversation.handle(event, self.now_ms()))
        await self.perform_all()

    async def perform_all(self) -> None:
        """Do all actions in order. Sending data does not suspend, and what waits is spawned."""
        while self.outgoing:
            await self.perform(self.outgoing.popleft())

    async def perform(self, action: Action) -> None:
        match action:
            case StartTimer(timer, delay_ms):
                self.stop_timer(timer)
                loop = asyncio.get_running_loop()
                self.timers[timer] = loop.call_later(delay_ms / 1000, self.timer_fired, timer)
            case StopTimer(timer):
                self.stop_timer(timer)
            case AskLlm():
                self.spawn(self.converse(action))
            case PrefillLlm(messages, tools):
                self.command("prefill", messages=messages, tools=tools)
            case CallTool():
                self.spawn(self.use_tool(action))
            case StartInput():
                self.command("start_input")
            case AbortLlm(request_id):
                self.command("abort", request_id=request_id)
            case FlushSpeaker(min_epoch):
                self.command("flush", flush_id=f"flush-{min_epoch}", min_epoch=min_epoch)
            case Duck(gain_db, ramp_ms):
                self.command("duck", gain_db=gain_db, ramp_ms=ramp_ms)
            case Pause():
                self.command("pause")
            case Resume(ramp_ms):
                self.command("resume", ramp_ms=ramp_ms)
            case Finalize(finalize_id, end_ms):
                await self.data("asr_finalize", finalize_id=finalize_id, metadata=self.metadata(end_ms=end_ms))
            case AskTurnDetection(turn_id, text, language, start_ms, end_ms):
                metadata = self.metadata(turn_id=turn_id, language=language, start_ms=start_ms, end_ms=end_ms)
                await self.data("text_data", text=text, is_final=True, metadata=metadata)
            case FlushTts(min_epoch):
                await self.data(
                    "tts_flush", flush_id=f"flush-{min_epoch}", min_epoch=min_epoch, metadata=self.metadata()
                )
            case Speak(request_id, turn_id, epoch, text, end):
                metadata = self.metadata(turn_id=turn_id, request_id=request_id, epoch=epoch)
                await self.data(
                    "tts_text_input", request_id=request_id, text=text, text_input_end=end, metadata=metadata
                )
            case ShowText():
                await self.show_text(action)
            case ShowState():
                await self.show_state(action)
            case ReportUtterance():
                await self.report(action)
            case DropEcho(text, count):
                self.log.warn(f'the agent has heard itself and takes no notice: "{text}"')
                await self.send_metrics({"echoes_dropped": count})
            case Warn(text):
                if text not in self.told_errors:  # the engine that failed may have told it itself
                    await self.send_error(text)
            case CloseApp(error):
                if error:
                    await self.send_error(error, fatal=True)
                self.spawn(self.close_app())

    async def converse(self, question: AskLlm) -> None:
        """Ask the model, and pass its answer on as it comes."""
        request_id = question.request_id
        cmd = make_cmd(
            "chat_completion",
            request_id=request_id,
            messages=question.messages,
            tools=question.tools,
            streaming=True,
            parameters={},
        )
        async for result, error in self.ten_env.send_cmd_ex(cmd):
            if result is None or error is not None:
                text = error.error_message() if error else "the model's node gave no answer"
                await self.take(LlmEnded(request_id, text))
                return
            body = read(result)
            if result.get_status_code() != StatusCode.OK:
                text, kind = str(body.get("detail") or "the model failed"), str(body.get("error_kind", ""))
                await self.take(LlmEnded(request_id, text, kind))
                return
            if event := event_of_result(request_id, body):
                await self.take(event)
            if result.is_completed():
                await self.take(LlmEnded(request_id))

    async def use_tool(self, call: CallTool) -> None:
        """Run a tool; what it tells comes too late for an answer that is not wanted any more."""
        metadata = self.metadata(request_id=call.request_id, language=call.language)
        output = await call_tool(self.ten_env, call, metadata)
        await self.take(ToolReturned(call.request_id, call.call_id, output))

    async def show_text(self, action: ShowText) -> None:
        user = action.role == "user"
        await self.data(
            "message",
            data_type="transcribe",
            role=action.role,
            text=action.text,
            text_ts=self.now_ms(),
            is_final=action.final,
            stream_id=int(self.config.session_id) if user else ASSISTANT_STREAM_ID,
            metadata=self.metadata(turn_id=action.turn_id),
        )

    async def show_state(self, action: ShowState) -> None:
        await self.data(
            "turn_state",
            state=action.state,
            barge_in=action.barge_in,
            turn_id=action.turn_id,
            ts_ms=self.now_ms(),
            metadata=self.metadata(turn_id=action.turn_id),
        )

    async def report(self, utterance: ReportUtterance) -> None:
        await self.data(
            "turn_report",
            turn_id=utterance.turn_id,
            role=utterance.role,
            text=utterance.text,
            start_ms=utterance.start_ms,
            end_ms=utterance.end_ms,
            interrupted=utterance.interrupted,
            start_lost=utterance.start_is_lost,
            stages_ms=utterance.stages_ms,
            ts_ms=self.now_ms(),
            metadata=self.metadata(turn_id=utterance.turn_id),
        )

    def timer_fired(self, timer: Timer) -> None:
        """The event is taken at once, so that nothing can stop the timer between its firing and its effect."""
        self.timers.pop(timer, None)
        self.outgoing.extend(self.conversation.handle(TimerFired(timer), self.now_ms()))
        self.spawn(self.perform_all())

    def stop_timer(self, timer: Timer) -> None:
        handle = self.timers.pop(timer, None)
        if handle:
            handle.cancel()

    async def data(self, name: str, **properties: Any) -> None:
        await self.ten_env.send_data(make_data(name, **properties))

    def command(self, name: str, **properties: Any) -> None:
        """Send a command whose result does not matter: a graph need not have a node for each of them."""
        self.spawn(self.send_command(make_cmd(name, **properties)))

    async def send_command(self, cmd: Cmd) -> None:
        _, error = await self.ten_env.send_cmd(cmd)
        if error:
            self.log.debug(error.error_message())

    def metadata(self, **more: Any) -> Json:
        return {"session_id": self.config.session_id, **more}
