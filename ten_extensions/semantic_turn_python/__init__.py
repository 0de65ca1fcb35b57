"""Decides from the words whether the user has finished speaking."""

from ten_extensions.common.addon import register

from .extension import TurnExtension

register("semantic_turn_python", __file__, TurnExtension)
