"""Carries questions to language models. When one falls silent in the middle, the other one continues its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ten_runtime import Cmd, StatusCode

from ten_extensions.common.messages import Json, make_cmd, make_result, read

from .carrier import Carrier, Link
from .decision import Side

GO_ON = "Go on exactly where you stopped, in the middle of the sentence if need be. Repeat nothing, comment on nothing."


@dataclass(slots=True, eq=False)
class _Completion:
    """One `chat_completion` on its way."""

    cmd: Cmd
    properties: Json
    side: Side
    content: str = ""
    """The text that was passed on."""
    before: str = ""
    """What of it is the first model's."""
    called_tool: bool = False
    """It cannot be continued by somebody who does not know what the tool was called for."""
    problem: Json = field(default_factory=lambda: {"detail": "neither language model answers"})
    """Of the final result: what went wrong last, and its kind where the node tells one."""
    ended: bool = False


class ChatCarrier(Carrier):
    """TEN's llm-interface."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._completions: dict[str, _Completion] = {}

    async def take_command(self, cmd: Cmd) -> None:
        match cmd.get_name():
            case "chat_completion":
                await self._complete(cmd)
            case "abort":
                await self._abort(cmd)
            case _:
                await super().take_command(cmd)

    async def take(self, data: object) -> None:
        """Language models take no data."""

    async def _complete(self, cmd: Cmd) -> None:
        properties = read(cmd)
        request_id = str(properties.get("request_id", ""))
        if not request_id or request_id in self._completions:
            await self.link.answer_error(cmd, f'chat_completion: request_id "{request_id}" is empty or in use')
            return
        side = self.link.decision.begin(request_id)
        completion = self._completions[request_id] = _Completion(cmd, properties, side)
        self.link.decision.wait(request_id, self.link.now_ms())
        await self.link.follow([])
        await self._ask(request_id, completion, side)

    async def _abort(self, cmd: Cmd) -> None:
        """The node that answers is asked to stop; its own final result ends the completion."""
        request_id = str(read(cmd).get("request_id", ""))
        aborted = [id for id in self._completions if request_id in ("", id)]
        sides = {self._completions[id].side for id in aborted} or {self.link.decision.active}
        for id in aborted:
            await self.link.follow(self.link.decision.forget(id, self.link.now_ms()))
        if len(sides) > 1:
            self.link.spawn(self._tell_abort("", Side.BACKUP))
        await self.link.pass_on(cmd, Side.PRIMARY if len(sides) > 1 else sides.pop())

    async def _tell_abort(self, request_id: str, side: Side) -> None:
        async for _ in self.link.command(make_cmd("abort", request_id=request_id), side):
            pass

    async def _ask(self, request_id: str, completion: _Completion, side: Side) -> None:
        properties = completion.properties
        if completion.before:
            partial = [{"role": "assistant", "content": completion.before}, {"role": "user", "content": GO_ON}]
            properties = properties | {"messages": [*properties.get("messages", []), *partial]}
        async for result, error in self.link.command(make_cmd("chat_completion", **properties), side):
            if completion.ended or completion.side is not side:
                return  # the generator is dropped with it: what still comes is for nobody
            if result is None:
                await self._failed(request_id, completion, side, {"detail": str(error)})
            elif not result.is_completed():
                self.link.decision.output(request_id, side)
                await self._pass(completion, read(result))
            elif result.get_status_code() == StatusCode.OK:
                self._end(request_id, completion)
                await self.link.ten_env.return_result(make_result(StatusCode.OK, completion.cmd, **read(result)))
                await self.link.follow(self.link.decision.end(request_id, side, True, self.link.now_ms()))
            else:
                await self._failed(request_id, completion, side, read(result))

    async def _pass(self, completion: _Completion, body: Json) -> None:
        if "content" in body:
            body["content"] = completion.before + str(body["content"])
            completion.content = body["content"]
        completion.called_tool = completion.called_tool or body.get("type") == "tool_call_content"
        result = make_result(StatusCode.OK, completion.cmd, **body)
        result.set_final(False)
        await self.link.ten_env.return_result(result)

    async def _failed(self, request_id: str, completion: _Completion, side: Side, problem: Json) -> None:
        completion.problem = problem if problem.get("detail") else completion.problem
        actions = self.link.decision.end(request_id, side, False, self.link.now_ms())
        if actions:
            await self.link.follow(actions)
        else:  # it was aborted before
            await self.fail(request_id)

    def _end(self, request_id: str, completion: _Completion) -> None:
        completion.ended = True
        self._completions.pop(request_id, None)

    async def move(self, request_ids: Sequence[str], to: Side) -> None:
        for request_id in request_ids:
            completion = self._completions[request_id]
            self.link.spawn(self._tell_abort(request_id, completion.side))
            if completion.called_tool:
                await self.link.follow(self.link.decision.forget(request_id, self.link.now_ms()))
                await self.fail(request_id)
                continue
            completion.side, completion.before = to, completion.content
            self.link.spawn(self._ask(request_id, completion, to))

    async def fail(self, request_id: str) -> None:
        completion = self._completions.get(request_id)
        if completion is not None:
            self._end(request_id, completion)
            result = make_result(StatusCode.ERROR, completion.cmd, **completion.problem)
            await self.link.ten_env.return_result(result)

    async def probe(self) -> None:
        self._probe_id = self.next_id()
        self.link.spawn(self._ask_for_nothing(self._probe_id))

    async def _ask_for_nothing(self, request_id: str) -> None:
        question = make_cmd(
            "chat_completion",
            request_id=request_id,
            messages=[{"role": "user", "content": "Say yes."}],
            streaming=True,
            parameters={"max_tokens": 1},
        )
        async for result, _ in self.link.command(question, Side.PRIMARY):
            ok = result is not None and result.get_status_code() == StatusCode.OK
            if request_id == self._probe_id:
                await self.probed(ok)
            if result is not None and not result.is_completed():
                self.link.spawn(self._tell_abort(request_id, Side.PRIMARY))
            return
