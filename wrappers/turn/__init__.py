"""Decides whether the user has finished speaking: from the words, by rules or by a model."""

from wrappers.turn.base import Decision, Said, TurnDecision, TurnModel, TurnOptions, Verdict, decide
from wrappers.turn.chat_model import ChatTurnModel
from wrappers.turn.model_or_rules import ModelOrRules
from wrappers.turn.rules import RuleTurnDetector

__all__ = [
    "ChatTurnModel",
    "Decision",
    "ModelOrRules",
    "RuleTurnDetector",
    "Said",
    "TurnDecision",
    "TurnModel",
    "TurnOptions",
    "Verdict",
    "decide",
]
