"""The addon faster_whisper_asr_python: Whisper on the CPU."""

from ten_extensions.common.addon import register

from .extension import FasterWhisperAsrExtension

register("faster_whisper_asr_python", __file__, FasterWhisperAsrExtension)
