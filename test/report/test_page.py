"""The page of a run in a browser: loads from the disk, shows every turn, plays from where one clicks."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import open_browser
from support.made_run import long_talk, talk_with_everything
from support.require import require

from wrappers.report.timeline import PAGE, write_page

WIDE, NARROW = (1280, 900), (390, 844)
PATIENCE_S = 30
AUDIO = "document.getElementById('audio')"
MOST_BYTES_OF_HALF_AN_HOUR = 1_500_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    require("browser")
    with open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = talk_with_everything().write(tmp_path_factory.mktemp("run"))
    write_page(folder)
    return folder


class Opened:
    """A page that is open, and what it complained about."""

    def __init__(self, browser: Any, path: Path, size: tuple[int, int] = WIDE, scheme: str = "light") -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        self.page = self._context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())
        self.wait_for("document.getElementById('lanes').hasAttribute('aria-label')")

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def value(self, script: str) -> Any:
        return self.page.evaluate(script)

    def wait_for(self, script: str) -> None:
        """Playwright's own way would need `eval`, which the page does not allow."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not self.value(script):
            assert time.monotonic() < deadline_s, f"it never came true: {script}"
            self.page.wait_for_timeout(20)

    @property
    def playing_from_s(self) -> float:
        """Where the sound is, once it plays."""
        self.wait_for(f"!{AUDIO}.paused && !{AUDIO}.seeking && {AUDIO}.currentTime > 0")
        return float(self.value(f"{AUDIO}.currentTime"))

    @property
    def shown(self) -> str:
        """The stretch of time in view."""
        return str(self.value("document.getElementById('lanes').getAttribute('aria-label')"))


@pytest.fixture(scope="module")
def everything(browser: Any, folder: Path) -> Iterator[Opened]:
    """One page for all tests that only look and click."""
    with Opened(browser, folder / PAGE) as opened:
        yield opened


@pytest.fixture
def opened(everything: Opened) -> Opened:
    """That page, silent and with all of the time in view."""
    everything.value(f"{AUDIO}.pause()")
    everything.page.click("#all")
    return everything


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_loads_without_a_complaint_and_fits(browser: Any, folder: Path, size: tuple[int, int], scheme: str) -> None:
    with Opened(browser, folder / PAGE, size, scheme) as opened:
        opened.page.click("#turn-3 button")
        opened.wait_for("!document.getElementById('turn').hidden")
        opened.page.screenshot(path=folder / f"{size[0]}-{scheme}.png", full_page=True)

        assert opened.value("document.documentElement.scrollWidth") == size[0]
        assert opened.complaints == []
        assert {re.sub("[^/]*$", "", url) for url in opened.requests} <= {folder.as_uri() + "/", "data:", "data:,"}
        assert (folder / f"{size[0]}-{scheme}.png").stat().st_size > 20_000, "a person looks at this picture"


def test_every_turn_is_in_the_table_with_what_was_said(opened: Opened) -> None:
    rows = opened.page.locator("#turns tbody tr").all_inner_texts()

    assert len(rows) == 8
    assert all(text in rows[1] for text in ("can you tell me what time it is", "It is noon.", "1055"))
    assert "interrupted" in rows[2] and "no answer" in rows[5]
    assert "and now </script><b>bold</b> & more" in rows[4] and "<!-- fine -->" in rows[4]
    assert opened.page.locator("#turns tfoot tr").all_inner_texts()[1].split()[-2:] == ["2645", "ms"]


def test_a_click_on_a_turn_plays_from_its_time(opened: Opened) -> None:
    opened.page.click("#turn-5")

    assert 24.44 <= opened.playing_from_s < 34
    assert "Turn 5" in opened.page.inner_text("#turn-title")
    assert "no words were recognised" in opened.page.inner_text("#turn-notes")


def test_a_click_on_the_timeline_plays_from_there(opened: Opened) -> None:
    box = opened.page.locator("#lanes").bounding_box()
    left = 100
    opened.page.mouse.click(box["x"] + left + (box["width"] - left) / 2, box["y"] + 40)

    assert 23 < opened.playing_from_s < 33


def test_the_sound_of_another_track_goes_on_at_the_same_place(opened: Opened) -> None:
    opened.page.click("#turn-5")
    before_s = opened.playing_from_s
    opened.page.select_option("#source", "speaker.wav")
    opened.wait_for(f"{AUDIO}.src.endsWith('/speaker.wav') && {AUDIO}.readyState > 1")

    assert opened.playing_from_s >= before_s - 0.1


def test_the_keyboard_does_everything(opened: Opened) -> None:
    press = opened.page.keyboard.press
    opened.page.click("#turn-1")
    press("n")
    assert "Turn 2" in opened.page.inner_text("#turn-title")
    press("p")
    assert "Turn 1" in opened.page.inner_text("#turn-title")
    press(".")
    assert opened.value("document.getElementById('tip').hidden") is False
    assert opened.page.inner_text("#live") != ""
    near = opened.shown
    press("0")
    opened.page.wait_for_timeout(50)
    assert opened.shown != near and opened.shown.startswith("Timeline from 0:00.0 to 0:47")
    press("+")
    opened.page.wait_for_timeout(50)
    assert not opened.shown.endswith("0:47.6")
    press(" ")
    assert opened.playing_from_s < 20
    press(" ")
    opened.wait_for(f"{AUDIO}.paused")
    press("?")
    assert opened.value("document.getElementById('keys').open")
    press("Escape")
    assert not opened.value("document.getElementById('keys').open")
    assert opened.complaints == []


def test_the_slowest_turns_come_first_when_asked_for(opened: Opened) -> None:
    opened.page.click("#sort")

    order = opened.value("[...document.querySelectorAll('#turns tbody tr')].map((row) => row.id)")
    assert order[:2] == ["turn-4", "turn-7"]


def test_without_sound_and_events_the_turns_are_still_shown(browser: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "transcript.jsonl").write_bytes((folder / "transcript.jsonl").read_bytes())
    with Opened(browser, write_page(tmp_path)) as opened:
        opened.page.click("#turn-1")

        assert "events.jsonl is not there" in opened.page.inner_text("#missing")
        assert opened.page.locator("#turns tbody tr").count() == 8
        assert opened.page.is_disabled("#play")
        assert opened.complaints == []


def test_half_an_hour_makes_a_small_page_that_loads(browser: Any, tmp_path: Path) -> None:
    run = long_talk(minutes=30)
    page = write_page(run.write(tmp_path, tracks=()))

    assert page.stat().st_size < MOST_BYTES_OF_HALF_AN_HOUR
    with Opened(browser, page) as opened:
        assert opened.page.locator("#turns tbody tr").count() == max(each.turn_id for each in run.utterances)
        opened.page.click("#all")
        opened.page.locator("#turns tbody tr").last.click()
        assert opened.playing_from_s > 29 * 60
        assert opened.complaints == []
