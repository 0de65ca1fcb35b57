"""The virtual sound card, for all tests here."""

from support.virtual_sound import card, sound_card

__all__ = ["card", "sound_card"]
