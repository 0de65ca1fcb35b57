"""Shows and keeps what happens in a conversation."""

from ten_extensions.common.addon import register

from .extension import TurnReportExtension

register("turn_report_python", __file__, TurnReportExtension)
