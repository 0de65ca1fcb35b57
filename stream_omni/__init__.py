"""The app around the graph: command line, start-up check, effective property, console."""
