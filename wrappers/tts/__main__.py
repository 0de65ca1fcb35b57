"""Speak from the command line: python -m wrappers.tts --help"""

import sys

from wrappers.tts.command_line import main

sys.exit(main(sys.argv[1:]))
