"""Decides from the words whether the user has finished speaking."""

from wrappers.turn.base import Decision, TurnDecision, TurnDetector, TurnOptions, Verdict, decide
from wrappers.turn.rules import RuleTurnDetector

__all__ = ["Decision", "RuleTurnDetector", "TurnDecision", "TurnDetector", "TurnOptions", "Verdict", "decide"]
