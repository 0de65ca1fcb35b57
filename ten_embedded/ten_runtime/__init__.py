"""TEN's Python API in pure Python: run TEN apps without the native runtime.

Modules without an underscore hold the public classes, under the names that TEN gives them. Behind them:

    what a message holds        _body, _buffer, _frame, _typed
    how an extension runs       _executor (loop or thread), _task_starter, _runner, _node (life cycle, inbox), _manual
    how messages travel         _outbox, _receivers, _call (results on their way back), _time_outs
    what a graph is             _graph*, _conversion, _engine (one running graph), _running_graphs
    what an app is              _app_core, _app_settings, _app_commands, _signals, _exit, _observer
    files and properties        _package*, _manifest, _schema*, _properties, _property_store, _env_interpolation
    tests of extensions         _tester, extension_tester, async_extension_tester

Every extension is an actor: what it does happens on its executor, which is the event loop that all async extensions
share, or the thread of its extension group. The bookkeeping of graphs happens on the thread of the app.
"""

from .addon import Addon
from .addon_manager import _AddonManager, register_addon_as_extension
from .app import App
from .async_extension import AsyncExtension
from .async_extension_tester import AsyncExtensionTester, AsyncTenEnvTester
from .async_ten_env import AsyncTenEnv
from .audio_frame import AudioFrame, AudioFrameDataFmt
from .cmd import Cmd, StartGraphCmd, StopGraphCmd, TriggerLifeCycleCmd
from .cmd_result import CmdResult, StatusCode
from .data import Data
from .error import TenError, TenErrorCode
from .extension import Extension
from .extension_tester import ExtensionTester, TenEnvTester
from .loc import Loc
from .log_level import LogLevel
from .log_option import DefaultLogOption, LogOption
from .send_options import SendOptions
from .ten_env import TenEnv
from .value import Value, ValueType
from .video_frame import PixelFmt, VideoFrame

__all__ = [
    "Addon",
    "App",
    "AsyncExtension",
    "AsyncExtensionTester",
    "AsyncTenEnv",
    "AsyncTenEnvTester",
    "AudioFrame",
    "AudioFrameDataFmt",
    "Cmd",
    "CmdResult",
    "Data",
    "DefaultLogOption",
    "Extension",
    "ExtensionTester",
    "Loc",
    "LogLevel",
    "LogOption",
    "PixelFmt",
    "SendOptions",
    "StartGraphCmd",
    "StatusCode",
    "StopGraphCmd",
    "TenEnv",
    "TenEnvTester",
    "TenError",
    "TenErrorCode",
    "TriggerLifeCycleCmd",
    "Value",
    "ValueType",
    "VideoFrame",
    "_AddonManager",
    "register_addon_as_extension",
]
