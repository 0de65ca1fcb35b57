"""A node that is a microphone or a loudspeaker made of files."""

from __future__ import annotations

from pathlib import Path

from ten_runtime import AsyncTenEnv, AudioFrame, Cmd, Data

from ten_extensions.common.addon import Missing
from ten_extensions.common.extension import Extension
from wrappers.audio import AudioFileError, audio_files, describe_audio

from .config import AudioFileConfig
from .file_input import FileInput
from .file_output import FileOutput


class AudioFileExtension(Extension[AudioFileConfig]):
    """Hands the messages to the side that its mode asks for. Messages: see manifest.json."""

    module = "audio"
    config_type = AudioFileConfig

    @classmethod
    def check_here(cls, config: AudioFileConfig) -> Missing | None:
        """Whether the first recording can be read."""
        if config.mode == "output":
            return None
        try:
            describe_audio(audio_files(Path(config.path))[0])
        except AudioFileError as error:
            return Missing(str(error), "name another file with --input")
        return None

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self.side = FileInput(self, self.config) if self.config.mode == "input" else FileOutput(self, self.config)

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self.side.open())

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        await self.side.on_cmd(cmd)

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        if isinstance(self.side, FileOutput):
            await self.side.on_data(data)

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        if isinstance(self.side, FileOutput):
            await self.side.on_audio_frame(audio_frame)

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        if not self.broken:
            await self.side.close()
