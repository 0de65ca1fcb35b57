"""Makes the picture of the timeline: docs/images/timeline.png, from the sample conversation.

It holds that conversation first, in real time (three quarters of a minute), or takes the folder of a run that there is.
Needs the test environment and a Chromium: .venv/bin/python scripts/make_timeline_picture.py [RUN]
"""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "test")]

from support.browser import open_browser  # noqa: E402  (needs the paths above)

from wrappers.report.timeline import write_page  # noqa: E402

PICTURE = REPOSITORY / "docs" / "images" / "timeline.png"
TURN = 2
"""The one with a pause in the question, where an answer was begun and thrown away."""
WIDTH, MARGIN = 1280, 14


def hold_conversation() -> Path:
    """Let the app talk to the sample recording; returns the folder of the run."""
    app = [sys.executable, str(REPOSITORY / "ten_stream_omni_app.py"), "--graph", "offline"]
    subprocess.run(app, cwd=REPOSITORY, check=True)
    return max((REPOSITORY / "runs").glob("*/transcript.jsonl"), key=lambda path: path.stat().st_mtime).parent


def main(run: Path) -> None:
    page_file = write_page(run)
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": 1200}, color_scheme="light")
        page.goto(page_file.absolute().as_uri())
        page.click(f"#turn-{TURN} button")
        page.click("#play")
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        page.mouse.move(0, 0)
        page.wait_for_timeout(300)
        about_turn = page.locator("#turn").bounding_box()
        assert about_turn is not None
        height = about_turn["y"] + about_turn["height"] + MARGIN
        page.screenshot(path=PICTURE, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})
    print(f"{PICTURE.relative_to(REPOSITORY)}: {PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else hold_conversation())
