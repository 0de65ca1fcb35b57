"""A responder without a language model: honest small talk, time, date, arithmetic, stories."""

from .answers import answer
from .engine import OfflineEngine

__all__ = ["OfflineEngine", "answer"]
