"""Engines behind small streaming classes. Nothing here knows of TEN; everything works from a notebook."""
