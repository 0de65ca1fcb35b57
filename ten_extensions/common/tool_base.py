"""The base of all tools: functions that the language model may call.

    class MyTool(ToolExtension[MyConfig]):
        config_type = MyConfig
        tools = (Tool("weather", "The weather of today", (ToolParameter("city", "string", "Where", True),)),)

        async def run(self, name, arguments, metadata) -> str: ...

Each tool is registered at the start, by TEN's command `tool_register`; `tool_call` runs it.
"""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import ClassVar, TypeVar

from ten_runtime import AsyncTenEnv, Cmd, StatusCode

from ten_extensions.common.config import Config
from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import Json, make_cmd, make_data, read
from wrappers.llm.base import Tool

ToolConfigT = TypeVar("ToolConfigT", bound=Config)


class ToolRefused(Exception):
    """The tool cannot do that; the text is for the language model."""


class ToolExtension(Extension[ToolConfigT], ABC):
    """Registers its tools and runs them; messages are in api/tool-interface.json."""

    module = "tool"
    tools: ClassVar[tuple[Tool, ...]]

    @abstractmethod
    async def run(self, name: str, arguments: Json, metadata: Json) -> str:
        """Run one of the tools; it may take its time. Returns what the model is to know; raises ToolRefused."""

    async def announce(self, text: str) -> None:
        """Have something said when nobody speaks."""
        await self.ten_env.send_data(make_data("announcement", text=text))

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        self.spawn(self._register_all())

    async def on_cmd(self, ten_env: AsyncTenEnv, cmd: Cmd) -> None:
        if cmd.get_name() == "tool_call":
            self.spawn(self._call(cmd, read(cmd)))
        else:
            await self.answer_error(cmd, f"{self.name} does not know the command {cmd.get_name()}")

    async def _register_all(self) -> None:
        for tool in self.tools:
            await self._register(tool)
        await self.send_ready()

    async def _register(self, tool: Tool) -> None:
        result, error = await self.ten_env.send_cmd(make_cmd("tool_register", tool=asdict(tool)))
        if result is None or result.get_status_code() != StatusCode.OK:
            problem = read(result).get("detail") if result is not None else error and error.error_message()
            await self.send_error(f'node "{self.name}": the tool {tool.name} cannot be registered: {problem}')

    async def _call(self, cmd: Cmd, properties: Json) -> None:
        name, arguments, metadata = (properties.get(key) for key in ("name", "arguments", "metadata"))
        given = arguments if isinstance(arguments, dict) else {}
        try:
            if name not in [tool.name for tool in self.tools]:
                raise ToolRefused(f"{self.name} has no tool {name}")
            output = await self.run(str(name), given, metadata if isinstance(metadata, dict) else {})
        except ToolRefused as error:
            await self.answer_error(cmd, str(error))
        except Exception as error:  # the model tells the user that it did not work; the log tells why
            self.log.error(traceback.format_exc())
            await self.answer_error(cmd, f"{type(error).__name__}: {error}")
        else:
            await self.answer_ok(cmd, tool_result={"type": "llmresult", "content": output})
