"""Errors of files that a user wrote. Their texts say where, what was found, and what is allowed."""


class ConfigError(Exception):
    """A manifest, a property file or an environment variable is wrong."""


class GraphError(ConfigError):
    """A graph is wrong: its grammar, a name in it, or a file that it imports."""
