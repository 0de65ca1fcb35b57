"""Files for ears and mouth: recordings are heard as if spoken, and what the agent says is played without a device."""

from ten_extensions.common.addon import register

from .extension import AudioFileExtension

register("audio_file_python", __file__, AudioFileExtension)
