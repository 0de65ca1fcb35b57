"""Decides whether the user has finished speaking: by rules, or by a model that reads or listens."""

from wrappers.turn.base import Decision, Said, TurnDecision, TurnModel, TurnOptions, Verdict, decide
from wrappers.turn.chat_model import ChatTurnModel
from wrappers.turn.model_or_rules import ModelOrRules
from wrappers.turn.rules import RuleTurnDetector
from wrappers.turn.smart_turn import SmartTurnModel, open_session
from wrappers.turn.turn_audio import TurnAudio

__all__ = [
    "ChatTurnModel",
    "Decision",
    "ModelOrRules",
    "RuleTurnDetector",
    "Said",
    "SmartTurnModel",
    "TurnAudio",
    "TurnDecision",
    "TurnModel",
    "TurnOptions",
    "Verdict",
    "decide",
    "open_session",
]
