"""Extensions by somebody else, who knows TEN's Python API and nothing of ours."""

import json
from pathlib import Path

PASS_THROUGH = '''
from ten_runtime import Addon, AsyncExtension, register_addon_as_extension


class PassThrough(AsyncExtension):
    """Forwards everything; counts frames into a file."""

    frames = 0

    async def on_audio_frame(self, ten_env, frame):
        self.frames += 1
        await ten_env.send_audio_frame(frame)

    async def on_data(self, ten_env, data):
        await ten_env.send_data(data)

    async def on_deinit(self, ten_env):
        path, error = await ten_env.get_property_string("count_file")
        if error is None:
            with open(path, "w") as file:
                file.write(str(self.frames))


@register_addon_as_extension("pass_through_python")
class PassThroughAddon(Addon):
    def on_create_instance(self, ten_env, name, context):
        ten_env.on_create_instance_done(PassThrough(name), context)
'''

LISTENER = '''
from ten_runtime import Addon, AsyncExtension, register_addon_as_extension


class Listener(AsyncExtension):
    """Writes down the final transcripts."""

    async def on_data(self, ten_env, data):
        final, _ = data.get_property_bool("final")
        text, _ = data.get_property_string("text")
        path, _ = await ten_env.get_property_string("file")
        if final:
            with open(path, "a") as file:
                file.write(text + "\\n")


@register_addon_as_extension("listener_python")
class ListenerAddon(Addon):
    def on_create_instance(self, ten_env, name, context):
        ten_env.on_create_instance_done(Listener(name), context)
'''


def make_addon(folder: Path, name: str, code: str) -> Path:
    addon = folder / name
    addon.mkdir(parents=True)
    (addon / "__init__.py").write_text(code, "utf-8")
    (addon / "manifest.json").write_text(json.dumps({"type": "extension", "name": name, "version": "0.1.0"}), "utf-8")
    return folder
