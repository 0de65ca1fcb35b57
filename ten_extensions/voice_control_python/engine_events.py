"""Hands the agent what model, tools, voice and speaker tell. Pure."""

from __future__ import annotations

from .agent import Agent
from .events import (
    Event,
    LlmEnded,
    LlmText,
    LlmToolCall,
    Playback,
    ToolOffered,
    ToolReturned,
    TtsEnded,
    TtsStarted,
    TtsText,
)


def tell_agent(agent: Agent, event: Event, now_ms: int) -> None:
    """Let the agent know, if the event is about its side of the conversation."""
    match event:
        case LlmText():
            agent.llm_text(event, now_ms)
        case LlmToolCall():
            agent.llm_tool_call(event)
        case LlmEnded():
            agent.llm_ended(event)
        case ToolOffered(tool):
            agent.toolbox.put(tool)
        case ToolReturned():
            agent.tool_returned(event)
        case TtsStarted(request_id):
            agent.tts_started(request_id, now_ms)
        case TtsText():
            agent.tts_text(event)
        case TtsEnded():
            agent.tts_ended(event, now_ms)
        case Playback():
            agent.playback(event, now_ms)
