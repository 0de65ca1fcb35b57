"""Keys of the terminal: interrupt, mute, end."""

from ten_extensions.common.addon import register

from .extension import KeyboardExtension

register("keyboard_python", __file__, KeyboardExtension)
