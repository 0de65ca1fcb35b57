"""CosyVoice's side of the pipes: runs in the user's other environment, with the standard library, numpy and the model.

It stands beside `wrappers.tts` and not in it, because importing that needs packages which the other one has not.
Python 3.10 is enough. The app's side is `wrappers/tts/cosyvoice.py`.
"""
