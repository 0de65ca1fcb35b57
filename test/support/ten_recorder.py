"""An extension that notes what happens to it."""

from __future__ import annotations

from ten_runtime import AsyncExtension, AsyncTenEnv, Cmd, CmdResult, Data, StatusCode


class Recorder(AsyncExtension):
    """Notes its hooks and messages as `node.hook`."""

    log: list[str]

    def note(self, what: str) -> None:
        self.log.append(f"{self.name}.{what}")

    async def on_configure(self, ten_env: AsyncTenEnv) -> None:
        self.note("configure")

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        self.note("init")

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.note("start")

    async def on_stop(self, ten_env: AsyncTenEnv) -> None:
        self.note("stop")

    async def on_deinit(self, ten_env: AsyncTenEnv) -> None:
        self.note("deinit")

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        self.note(data.get_name())

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        self.note(cmd.get_name())
        await ten_env.return_result(CmdResult.create(StatusCode.OK, cmd))


def fresh_recorder() -> type[Recorder]:
    """A class with a log of its own."""

    class Fresh(Recorder):
        log: list[str] = []  # noqa: RUF012

    return Fresh


def of(log: list[str], node: str) -> list[str]:
    return [entry.partition(".")[2] for entry in log if entry.startswith(f"{node}.")]
