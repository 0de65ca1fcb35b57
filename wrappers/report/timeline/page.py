"""Writes the page: one file that needs nothing but a browser, and the sound files beside it to be heard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wrappers.report.timeline.model import page_model
from wrappers.report.timeline.run_folder import read_run

PAGE = "report.html"
PARTS = Path(__file__).with_name("web")
SCRIPTS = (
    "text.js",
    "view.js",
    "waves.js",
    "paint.js",
    "sound.js",
    "details.js",
    "table.js",
    "timeline.js",
    "keys.js",
    "main.js",
)
"""In this order they are one script."""


def write_page(folder: Path) -> Path:
    """Make the page of a run anew. Blocking: seconds for half an hour. Returns its path. Raises OSError."""
    page = folder / PAGE
    text = render_page(page_model(read_run(folder)))
    unfinished = page.with_suffix(".tmp")  # whoever has the page open never loads half of one
    unfinished.write_text(text, encoding="utf-8", errors="replace")
    unfinished.replace(page)
    return page


def render_page(model: dict[str, Any]) -> str:
    """The HTML text for a model of `page_model`."""
    script = "\n".join((PARTS / name).read_text(encoding="utf-8") for name in SCRIPTS)
    page = (PARTS / "page.html").read_text(encoding="utf-8")
    style = (PARTS / "page.css").read_text(encoding="utf-8")
    before, after_style = page.split("/*style*/")
    middle, after_data = after_style.split("/*data*/")
    between, end = after_data.split("/*script*/")
    return "".join((before, style, middle, script_json(model), between, script, end))


def script_json(value: Any) -> str:
    """JSON that can stand in a <script>: what servers and people say may hold `</script>` or `<!--`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
