"""Keeps the agent from hearing itself: a gate, or an echo canceller."""

from ten_extensions.common.addon import register

from .extension import EchoSuppressorExtension

register("echo_suppressor_python", __file__, EchoSuppressorExtension)
