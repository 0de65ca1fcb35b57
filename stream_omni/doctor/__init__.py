"""Looks at this machine: what is here, how fast it is, what is missing, and which settings suit it.

findings.py      what a step finds: lines for people and figures for the advice
context.py       the graph that is looked at, and its engines
machine.py, sound.py, language_model.py, recogniser.py, voice.py, conversation.py
                 the steps
steps.py         their order and time limits
child.py         runs one step in a process of its own, so that it may hang or crash
advice.py        from figures to a recommended graph with settings. Pure
user_file.py     writes these to property.user.json
run.py           all of it, as the user sees it
"""
