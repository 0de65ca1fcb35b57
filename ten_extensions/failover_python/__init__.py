"""The addon failover_python: two nodes of the same kind in the place of one."""

from ten_extensions.common.addon import register

from .extension import FailoverExtension

register("failover_python", __file__, FailoverExtension)
