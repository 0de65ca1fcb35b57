"""Log handlers: which lines (matchers), how they look (formatter), where they go (emitter)."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, Protocol

_LETTERS: Final = {1: "D", 2: "I", 3: "W", 4: "E"}
_NAMES: Final = {1: "DEBUG", 2: "INFO", 3: "WARN", 4: "ERROR"}
_COLORS: Final = {1: "\x1b[36m", 2: "\x1b[32m", 3: "\x1b[33m", 4: "\x1b[31m"}
_RESET: Final = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Record:
    """One log call. `level` is 1 (debug) to 4 (error)."""

    time_s: float
    """Seconds since the epoch."""
    pid: int
    tid: int
    level: int
    text: str
    category: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    function: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Matcher:
    level: int
    """Lowest level that matches; 5 matches nothing."""
    category: str | None = None
    """Only this category; None takes all."""

    def matches(self, level: int, category: str | None) -> bool:
        return level >= self.level and (self.category is None or self.category == category)


def format_plain(record: Record) -> str:
    time = datetime.fromtimestamp(record.time_s).isoformat(sep=" ", timespec="milliseconds")
    head = f"{time} {record.pid}({record.tid}) {_LETTERS.get(record.level, '?')}"
    place = f" {record.function}@{Path(record.file).name}:{record.line}" if record.file else ""
    category = f" [{record.category}]" if record.category else ""
    fields = f" {_dump(record.fields)}" if record.fields else ""
    return f"{head}{place}{category} {record.text}{fields}"


def format_json(record: Record) -> str:
    time = datetime.fromtimestamp(record.time_s).astimezone().isoformat(timespec="milliseconds")
    line: dict[str, Any] = {
        "time": time,
        "pid": record.pid,
        "tid": record.tid,
        "level": _NAMES.get(record.level, str(record.level)),
        "function": record.function,
        "file": Path(record.file).name,
        "line": record.line,
        "category": record.category or "",
        "message": record.text,
        "fields": dict(record.fields),
    }
    return _dump(line)


def _dump(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError, RecursionError):
        return json.dumps(repr(value), ensure_ascii=False)


class Emitter(Protocol):
    """A place for text. Both methods may raise OSError or ValueError (closed stream)."""

    name: str

    def write(self, text: str) -> None: ...

    def reopen(self) -> None: ...


class ConsoleEmitter:
    """Standard output or error, whatever `sys` names at the time of writing."""

    def __init__(self, stream: str) -> None:
        self.name = stream

    def write(self, text: str) -> None:
        stream: IO[str] | None = getattr(sys, self.name)
        if stream is None:
            return
        encoding = getattr(stream, "encoding", None) or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()

    def reopen(self) -> None:
        pass


class FileEmitter:
    """Appends to a file that is opened at the first line, and anew after `reopen` (log rotation)."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self._file: IO[str] | None = None

    def write(self, text: str) -> None:
        if self._file is None:
            self._file = self._path.open("a", encoding="utf-8", errors="backslashreplace")
        self._file.write(text)
        self._file.flush()

    def reopen(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            file.close()


class Handler:
    """Writes the records that match. Never raises: a logger that fails must not end the app."""

    def __init__(
        self,
        matchers: Sequence[Matcher],
        format_record: Callable[[Record], str],
        emitter: Emitter,
        colored: bool = False,
    ) -> None:
        self.emitter = emitter
        self._matchers = tuple(matchers)
        self._format = format_record
        self._colored = colored
        self._failing = False

    def wants(self, level: int, category: str | None) -> bool:
        return any(matcher.matches(level, category) for matcher in self._matchers)

    def write(self, records: Sequence[Record]) -> None:
        lines = [self._line(record) for record in records if self.wants(record.level, record.category)]
        if lines:
            self._guard(lambda: self.emitter.write("".join(lines)))

    def reopen(self) -> None:
        self._guard(self.emitter.reopen)

    def _line(self, record: Record) -> str:
        text = self._format(record)
        return f"{_COLORS.get(record.level, '')}{text}{_RESET}\n" if self._colored else f"{text}\n"

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except (OSError, ValueError) as error:
            if not self._failing:
                self._failing = True
                _tell(f"log: {self.emitter.name} cannot be written ({error}); its lines are lost until it can\n")
        else:
            self._failing = False


def _tell(text: str) -> None:
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
    except (OSError, ValueError):
        return
