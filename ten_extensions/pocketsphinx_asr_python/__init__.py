"""The addon pocketsphinx_asr_python: English speech recognition without a download."""

from ten_extensions.common.addon import register

from .extension import PocketSphinxAsrExtension

register("pocketsphinx_asr_python", __file__, PocketSphinxAsrExtension)
