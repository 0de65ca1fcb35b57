"""The page of a run: its sound, its events and its turns on one axis of time, for any browser."""

from wrappers.report.timeline.page import PAGE, write_page

__all__ = ["PAGE", "write_page"]
