"""TEN messages to events of the conversation. Fields that are missing or odd make no event, never an exception."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from wrappers.text import join_texts

from .events import (
    Announcement,
    EchoChanged,
    Event,
    FinalizeEnded,
    InterruptRequested,
    LlmText,
    LlmToolCall,
    NodeFailed,
    NodeReady,
    Playback,
    Transcript,
    TtsEnded,
    TtsStarted,
    TtsText,
    TurnDecided,
    UserLeft,
    UserSpeechEnded,
    UserSpeechPaused,
    UserSpeechResumed,
    UserSpeechStarted,
    UserSpeechVoiced,
)

REASON_END = 1
"""`tts_audio_end.reason` of a request that was synthesised to its end."""
FATAL = -1000


def event_of_command(name: str, properties: dict[str, Any]) -> Event | None:
    """The event of a command from the VAD, the input or the keyboard."""
    match name:
        case "start_of_sentence":
            return UserSpeechStarted(_ms(properties.get("start_ms")), properties.get("voiced") is not False)
        case "end_of_sentence":
            return UserSpeechEnded(_ms(properties.get("end_ms")))
        case "on_user_left":
            return UserLeft()
        case "interrupt":
            return InterruptRequested()
    return None


def event_of_data(name: str, properties: dict[str, Any], node: str) -> Event | None:
    """The event of a data message; `node` is who sent it."""
    request_id = str(properties.get("request_id", ""))
    match name:
        case "announcement" if text := str(properties.get("text", "")).strip():
            return Announcement(text)
        case "speech_voiced":
            return UserSpeechVoiced()
        case "speech_pause":
            return UserSpeechPaused()
        case "speech_resume":
            return UserSpeechResumed()
        case "ready":
            return NodeReady(node, _ms(properties.get("context_tokens")))
        case "error" if properties.get("code") == FATAL:
            return NodeFailed(node, str(properties.get("module", "")), str(properties.get("message", "")))
        case "asr_result":
            return _transcript(properties)
        case "asr_finalize_end":
            return FinalizeEnded(str(properties.get("finalize_id", "")))
        case "turn_decision":
            return _turn_decided(properties)
        case "tts_audio_start":
            return TtsStarted(request_id)
        case "tts_audio_end":
            audio_ms = _ms(properties.get("request_total_audio_duration_ms"))
            return TtsEnded(request_id, properties.get("reason", REASON_END) != REASON_END, audio_ms)
        case "tts_text_result":
            start_ms, duration_ms = _ms(properties.get("start_ms")), _ms(properties.get("duration_ms"))
            return TtsText(request_id, str(properties.get("text", "")), start_ms, duration_ms)
        case "playback_state":
            return _playback(request_id, properties)
        case "echo_state":
            return _echo(properties)
    return None


def event_of_result(request_id: str, body: dict[str, Any]) -> Event | None:
    """The event of one result of a `chat_completion`."""
    match body.get("type"):
        case "message_content_delta":
            return LlmText(request_id, str(body.get("delta", "")))
        case "tool_call_content":
            arguments = body.get("arguments")
            given = arguments if isinstance(arguments, dict) else {}
            return LlmToolCall(request_id, str(body.get("name", "")), given, str(body.get("problem", "")))
    return None


def _transcript(properties: dict[str, Any]) -> Transcript:
    start_ms = _ms(properties.get("start_ms"))
    end_ms = start_ms + _ms(properties.get("duration_ms"))
    text, language = str(properties.get("text", "")).strip(), str(properties.get("language", ""))
    info = _dict(_dict(properties.get("metadata")).get("asr_info"))
    return Transcript(
        text,
        bool(properties.get("final")),
        end_ms,
        language,
        start_ms,
        is_doubtful=info.get("doubtful") is True,
        sure=_sure(properties.get("words")),
    )


def _sure(words: Any) -> str:
    """The words before the first one that may still change."""
    listed = [_dict(word) for word in words] if isinstance(words, list) else []
    return join_texts(str(word.get("word", "")) for word in takewhile(lambda word: word.get("stable") is True, listed))


def _turn_decided(properties: dict[str, Any]) -> TurnDecided | None:
    decision = properties.get("decision")
    if decision not in ("finished", "unfinished", "wait"):
        return None
    return TurnDecided(str(properties.get("text", "")), decision, _ms(properties.get("wait_ms")))


def _playback(request_id: str, properties: dict[str, Any]) -> Playback | None:
    state = properties.get("state")
    if state not in ("started", "progress", "paused", "drained", "flushed"):
        return None
    return Playback(request_id, state, _ms(properties.get("played_ms")))


def _echo(properties: dict[str, Any]) -> EchoChanged | None:
    mode, open_since_ms = properties.get("mode"), properties.get("open_since_ms")
    if mode not in ("gate", "aec", "off"):
        return None
    interrupts = properties.get("speaking_interrupts") is not False
    return EchoChanged(mode, interrupts, open_since_ms if isinstance(open_since_ms, int) else None)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _ms(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0
