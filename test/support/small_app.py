"""Small TEN apps in a folder of their own, with addons that are a few lines of source."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

from support.graphs import Json

REPOSITORY = Path(__file__).resolve().parents[2]

_ADDON = """\
from typing import Literal

from ten_extensions.common.addon import Missing, register
from ten_extensions.common.config import Config
from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import make_data, make_pcm_frame, make_cmd, read


class AddonConfig(Config):
{config}

class AddonExtension(Extension[AddonConfig]):
    module = "engine"
    config_type = AddonConfig

{body}

register("{name}", __file__, AddonExtension)
"""


def add_addon(app_dir: Path, name: str, body: str = "pass", config: str = "pass") -> None:
    """An addon in `ten_packages` made of the lines of its configuration and of its extension class."""
    source = _ADDON.format(
        name=name, config=indent(dedent(config), "    ").rstrip() + "\n", body=indent(dedent(body), "    ").rstrip()
    )
    add_addon_source(app_dir, name, source)


def add_addon_source(app_dir: Path, name: str, source: str) -> None:
    """An addon whose whole package is the given source."""
    folder = app_dir / "ten_packages" / "extension" / name
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(source)
    (folder / "manifest.json").write_text(json.dumps({"type": "extension", "name": name, "version": "0.1.0"}))


def write_app(app_dir: Path, property_json: Json, *repository_addons: str) -> None:
    """manifest.json and property.json of an app that may also use addons of this repository."""
    links = [{"path": str(REPOSITORY / "ten_extensions" / name)} for name in repository_addons]
    manifest = {"type": "app", "name": "small_app", "version": "0.1.0", "dependencies": links}
    (app_dir / "manifest.json").write_text(json.dumps(manifest))
    (app_dir / "property.json").write_text(json.dumps(property_json))


def environment(app_dir: Path | None = None, **variables: str) -> dict[str, str]:
    """Environment of a process that runs the app of a folder (the repository's own, if None)."""
    folder = {"TEN_APP_BASE_DIR": str(app_dir)} if app_dir else {}
    return os.environ | {"NO_COLOR": "1"} | folder | variables


def run_app(app_dir: Path | None, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `ten_stream_omni_app.py` to its end; its output is text."""
    return subprocess.run(
        command(*arguments), env=environment(app_dir, **variables), capture_output=True, text=True, timeout=60
    )


def command(*arguments: str) -> list[str]:
    """The command line of the app, with the interpreter of the tests."""
    return [sys.executable, str(REPOSITORY / "ten_stream_omni_app.py"), *arguments]


def transcript(app_dir: Path) -> list[dict[str, Any]]:
    """The lines of the only run's transcript.jsonl."""
    (path,) = (app_dir / "runs").glob("*/transcript.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
