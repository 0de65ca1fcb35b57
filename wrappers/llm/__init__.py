"""Streaming language models, in this process and behind servers."""
