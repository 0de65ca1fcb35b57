"""What no file of the project may hold, and what its documents promise."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.documents import DOCUMENTS
from support.require import REPOSITORY

# Put together here, so that this file does not hold them itself.
MACHINE_PATHS = ["/" + name + "/" for name in ("work", "root", "farm", "home", "Users")]
REGISTRIES = [
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("deb", "debian"))
]
FORBIDDEN = re.compile("|".join(map(re.escape, MACHINE_PATHS + REGISTRIES)))


def text_files() -> list[Path]:
    """All files of the project that git knows and that are text; without git (an unpacked archive) all there are."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        files = [REPOSITORY / name for name in listed.stdout.rstrip("\0").split("\0")]
    else:
        files = [file for file in REPOSITORY.rglob("*") if not file.relative_to(REPOSITORY).parts[0].startswith(".")]
    return [file for file in files if file.is_file() and b"\0" not in file.read_bytes()]


def test_no_file_names_a_path_of_one_machine_or_a_package_registry() -> None:
    files = text_files()
    assert REPOSITORY / "README.md" in files
    found = [
        f"{file.relative_to(REPOSITORY)}:{number}: {line.strip()}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", ".ci/run", ".github/workflows/ci.yml"])
def test_every_make_command_of_a_document_is_a_target(document: str) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^|run: |    )make ([a-z][a-z-]*)", (REPOSITORY / document).read_text(), re.MULTILINE))
    assert named
    assert named - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_links_of_a_document_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not leads_somewhere(document, link)] == []


def leads_somewhere(document: Path, link: str) -> bool:
    """Whether a file is there, and in a document the heading that is meant."""
    path, _, fragment = link.partition("#")
    target = document.parent / path if path else document
    if not fragment or not target.is_file():
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    return fragment in [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_the_picture_of_the_graph_is_the_one_that_the_app_draws() -> None:
    app = subprocess.run(
        [sys.executable, REPOSITORY / "ten_stream_omni_app.py", "--show-graph"], capture_output=True, text=True
    )
    assert app.returncode == 0, app.stderr
    pictures = re.findall(r"```mermaid\n(.+?)```", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert pictures == [app.stdout], "after a change of the graph, put the output of --show-graph into README.md"
