"""`ten.log` of the app's property file: handlers, formats, and mistakes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ten_runtime._errors import ConfigError
from ten_runtime._log import Logger
from ten_runtime._log_handlers import Record, format_json, format_plain
from ten_runtime._log_settings import parse_log_settings

WHERE = "property.json: ten.log"
RECORD = Record(1_700_000_000.0, 11, 22, 3, "slow é", "tts", {"ms": 5}, "on_data", "/app/extension.py", 7)
BARE = Record(1_700_000_000.0, 11, 22, 1, "x")


def handler(**changes: Any) -> dict[str, Any]:
    settings = {
        "matchers": [{"level": "info"}],
        "formatter": {"type": "plain"},
        "emitter": {"type": "console"},
    } | changes
    return {key: value for key, value in settings.items() if value is not None}


def write(settings: Any, *records: Record) -> list[str]:
    handlers, warnings = parse_log_settings(settings, WHERE)
    for each in handlers:
        each.write(records)
        each.reopen()
    return warnings


def test_a_plain_line() -> None:
    time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000"
    assert re.fullmatch(rf'{time} 11\(22\) W on_data@extension\.py:7 \[tts\] slow é {{"ms": 5}}', format_plain(RECORD))
    assert re.fullmatch(rf"{time} 11\(22\) D x", format_plain(BARE))


@pytest.mark.parametrize("nested", [True, False])
def test_the_settings_of_an_emitter_may_stand_in_its_config(nested: bool, tmp_path: Path) -> None:
    settings = {"path": str(tmp_path / "log")}
    emitter = {"type": "file", "config": settings} if nested else {"type": "file", **settings}
    write({"handlers": [handler(emitter=emitter)]}, RECORD)
    assert "slow é" in (tmp_path / "log").read_text("utf-8")


def test_a_wrong_key_in_an_emitters_config_is_named() -> None:
    with pytest.raises(ConfigError, match=r"emitter\.config: unknown key \"steam\""):
        write({"handlers": [handler(emitter={"type": "console", "config": {"steam": "stderr"}})]})


def test_a_json_line() -> None:
    line = json.loads(format_json(RECORD))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000[+-]\d\d:\d\d", line.pop("time"))
    assert line == {
        "pid": 11,
        "tid": 22,
        "level": "WARN",
        "function": "on_data",
        "file": "extension.py",
        "line": 7,
        "category": "tts",
        "message": "slow é",
        "fields": {"ms": 5},
    }


def test_fields_that_json_lacks_are_written_somehow() -> None:
    circle: dict[str, object] = {}
    circle["self"] = circle
    for fields in ({"odd": {1}}, {"key": {(1, 2): 3}}, circle):
        record = Record(0.0, 1, 1, 2, "x", fields=fields)
        assert "\n" not in format_plain(record)
        assert json.loads(format_json(record))


@pytest.mark.parametrize(
    ("emitter", "stream"),
    [({"type": "console"}, "out"), ({"type": "console", "stream": "stderr"}, "err")],
)
def test_console_streams(capsys: pytest.CaptureFixture[str], emitter: Any, stream: Any) -> None:
    assert write({"handlers": [handler(emitter=emitter)]}, RECORD, BARE) == []
    captured = capsys.readouterr()
    assert getattr(captured, stream).count("\n") == 1, "the debug line is below info"
    assert captured.out + captured.err == getattr(captured, stream)


def test_files_are_relative_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = [
        handler(emitter={"type": "file", "path": "plain.log"}),
        handler(emitter={"type": "file", "path": str(tmp_path / "json.log")}, formatter={"type": "json"}),
    ]
    write({"handlers": settings}, RECORD)
    assert (tmp_path / "plain.log").read_text(encoding="utf-8").endswith('slow é {"ms": 5}\n')
    assert json.loads((tmp_path / "json.log").read_text(encoding="utf-8"))["message"] == "slow é"


@pytest.mark.parametrize(
    ("matchers", "count"),
    [
        ([{"level": "debug"}], 2),
        ([{"level": "info"}], 1),
        ([{"level": "error"}], 0),
        ([{"level": "off"}], 0),
        ([{"level": "debug", "category": "tts"}], 1),
        ([{"level": "debug", "category": "asr"}], 0),
        ([{"level": "off"}, {"level": "warn", "category": "tts"}], 1),
    ],
)
def test_any_matcher_is_enough(capsys: pytest.CaptureFixture[str], matchers: Any, count: int) -> None:
    write({"handlers": [handler(matchers=matchers)]}, RECORD, BARE)
    assert capsys.readouterr().out.count("\n") == count


def test_colors(capsys: pytest.CaptureFixture[str]) -> None:
    write({"handlers": [handler(formatter={"type": "plain", "colored": True})]}, RECORD)
    line = capsys.readouterr().out
    assert line.startswith("\x1b[33m") and line.endswith("\x1b[0m\n")


def test_what_is_left_out_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    otlp = handler(emitter={"type": "otlp", "endpoint": "http://x", "headers": {}, "service_name": "y"})
    secret = handler(encryption={"enabled": True})
    in_file = handler(emitter={"type": "console", "encryption": {}})
    warnings = write({"handlers": [otlp, secret, in_file]}, RECORD)
    assert warnings == [
        f"{WHERE}.handlers[0].emitter: otlp is not supported here; this handler is left out",
        f"{WHERE}.handlers[1].encryption: not supported here; the log is written in plain text",
        f"{WHERE}.handlers[2].emitter.encryption: not supported here; the log is written in plain text",
    ]
    assert capsys.readouterr().out.count("\n") == 2
    write({"handlers": [otlp]}, RECORD)
    assert capsys.readouterr().err.count("\n") == 1, "without any handler left the default takes over"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ([], ": expected an object {...}, found []"),
        ({}, ': "handlers" is missing'),
        ({"level": 2, "handlers": []}, ': unknown key "level"; allowed are handlers'),
        ({"handlers": []}, '.handlers: needs at least one handler; leave "log" out for the default'),
        ({"handlers": [1]}, ".handlers[0]: expected an object {...}, found 1"),
        ({"handlers": [handler(emitter=None)]}, '.handlers[0]: "emitter" is missing; the keys found are matchers, for'),
        ({"handlers": [handler(matchers=[])]}, ".handlers[0].matchers: needs at least one matcher"),
        (
            {"handlers": [handler(matchers=[{"level": "warning"}])]},
            '.handlers[0].matchers[0].level: "warning" is not one of debug, info, warn, error, off (did you mean',
        ),
        (
            {"handlers": [handler(matchers=[{"level": "info", "category": 1}])]},
            ".handlers[0].matchers[0].category: expected a string, found 1",
        ),
        ({"handlers": [handler(formatter={})]}, '.handlers[0].formatter: "type" is missing'),
        (
            {"handlers": [handler(formatter={"type": "xml"})]},
            '.handlers[0].formatter.type: "xml" is not one of plain, json',
        ),
        (
            {"handlers": [handler(formatter={"type": "plain", "colored": 1})]},
            ".handlers[0].formatter.colored: expected true or false, found 1",
        ),
        (
            {"handlers": [handler(emitter={})]},
            '.handlers[0].emitter: "type" is missing; it is one of console, file, ot',
        ),
        ({"handlers": [handler(emitter={"type": "file"})]}, '.handlers[0].emitter: "path" is missing'),
        ({"handlers": [handler(emitter={"type": "file", "path": ""})]}, ".handlers[0].emitter.path: must not be empty"),
        (
            {"handlers": [handler(emitter={"type": "console", "path": "x"})]},
            '.handlers[0].emitter: unknown key "path"; allowed are type, stream, encryption',
        ),
        (
            {"handlers": [handler(emitter={"type": "console", "stream": "stdin"})]},
            '.handlers[0].emitter.stream: "stdin" is not one of stdout, stderr',
        ),
    ],
)
def test_mistakes_are_told_with_their_place(settings: Any, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_log_settings(settings, WHERE)
    assert str(caught.value).startswith(f"{WHERE}{problem}")


def test_parsing_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    settings = {"handlers": [handler(emitter={"type": "file", "path": str(path)})]}
    logger = Logger(parse_log_settings(settings, WHERE)[0])
    assert not path.exists()
    logger.log(4, "x", sync=True)
    logger.close()
    assert path.read_text().endswith(" E x\n")
