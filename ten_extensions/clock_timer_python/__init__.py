"""The addon clock_timer_python: the time, and timers, for the language model."""

from ten_extensions.common.addon import register

from .extension import ClockTimerExtension

register("clock_timer_python", __file__, ClockTimerExtension)
