"""An extension that sends everything back, and testers that try it, in both kinds."""

from __future__ import annotations

from ten_runtime import (
    AsyncExtension,
    AsyncExtensionTester,
    AsyncTenEnv,
    AsyncTenEnvTester,
    AudioFrame,
    Cmd,
    CmdResult,
    Data,
    Extension,
    ExtensionTester,
    StatusCode,
    TenEnv,
    TenEnvTester,
    TenError,
    VideoFrame,
)


class Echo(AsyncExtension):
    """Sends everything back and answers commands with its property `k`."""

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        result = CmdResult.create(StatusCode.OK, cmd)
        result.set_property_string("k", (await ten_env.get_property_string("k"))[0])
        await ten_env.return_result(result)

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        await ten_env.send_data(data)

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        await ten_env.send_audio_frame(audio_frame)

    async def on_video_frame(self, ten_env: AsyncTenEnv, video_frame: VideoFrame) -> None:
        await ten_env.send_video_frame(video_frame)


class SyncEcho(Extension):
    def on_cmd(self, ten_env: TenEnv, cmd: Cmd) -> None:
        result = CmdResult.create(StatusCode.OK, cmd)
        result.set_property_string("k", ten_env.get_property_string("k")[0])
        ten_env.return_result(result)

    def on_data(self, ten_env: TenEnv, data: Data) -> None:
        ten_env.send_data(data)

    def on_audio_frame(self, ten_env: TenEnv, audio_frame: AudioFrame) -> None:
        ten_env.send_audio_frame(audio_frame)

    def on_video_frame(self, ten_env: TenEnv, video_frame: VideoFrame) -> None:
        ten_env.send_video_frame(video_frame)


class AsyncAll(AsyncExtensionTester):
    """Sends one message of each kind and ends when all are back."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    async def on_start(self, ten_env: AsyncTenEnvTester) -> None:
        result, error = await ten_env.send_cmd(Cmd.create("c"))
        assert error is None
        assert result is not None
        self.seen.append("cmd " + result.get_property_string("k")[0])
        await ten_env.send_data(Data.create("d"))
        await ten_env.send_audio_frame(AudioFrame.create("a"))
        await ten_env.send_video_frame(VideoFrame.create("v"))
        assert ten_env.log_info("sent") is None

    async def on_data(self, ten_env: AsyncTenEnvTester, data: Data) -> None:
        self.seen.append(data.get_name())

    async def on_audio_frame(self, ten_env: AsyncTenEnvTester, audio_frame: AudioFrame) -> None:
        self.seen.append(audio_frame.get_name())

    async def on_video_frame(self, ten_env: AsyncTenEnvTester, video_frame: VideoFrame) -> None:
        self.seen.append(video_frame.get_name())
        ten_env.stop_test()


class SyncAll(ExtensionTester):
    seen: list[str]

    def on_start(self, ten_env: TenEnvTester) -> None:
        self.seen = []
        ten_env.send_cmd(Cmd.create("c"), self.on_result)
        ten_env.on_start_done()

    def on_result(self, ten_env: TenEnvTester, result: CmdResult | None, error: TenError | None) -> None:
        assert result is not None
        self.seen.append("cmd " + result.get_property_string("k")[0])
        ten_env.send_data(Data.create("d"))
        ten_env.send_audio_frame(AudioFrame.create("a"))
        ten_env.send_video_frame(VideoFrame.create("v"))
        assert ten_env.log_info("sent") is None

    def on_data(self, ten_env: TenEnvTester, data: Data) -> None:
        self.seen.append(data.get_name())

    def on_audio_frame(self, ten_env: TenEnvTester, audio_frame: AudioFrame) -> None:
        self.seen.append(audio_frame.get_name())

    def on_video_frame(self, ten_env: TenEnvTester, video_frame: VideoFrame) -> None:
        self.seen.append(video_frame.get_name())
        ten_env.stop_test()
