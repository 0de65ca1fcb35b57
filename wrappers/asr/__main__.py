"""Get a model from the command line: python -m wrappers.asr --help"""

import sys

from wrappers.asr.command_line import main

sys.exit(main(sys.argv[1:]))
