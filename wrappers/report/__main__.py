"""Make the page of a run anew: python -m wrappers.report --help"""

import sys

from wrappers.report.timeline.command_line import main

sys.exit(main(sys.argv[1:]))
