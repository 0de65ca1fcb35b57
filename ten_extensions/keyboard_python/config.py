"""Configuration of the keys."""

from __future__ import annotations

from ten_extensions.common.config import Config


class KeyboardConfig(Config):
    """What the keys mean."""

    push_to_talk: bool = False
    """Space opens and closes the microphone, which is closed at first. Terminals do not tell when a key is let go."""
