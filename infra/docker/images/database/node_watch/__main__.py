"""node_watch before-start: run before Patroni starts. node_watch serve: runs beside it."""

import sys

from . import before_start, watch

commands = {"before-start": before_start.before_start, "serve": watch.serve}

if len(sys.argv) != 2 or sys.argv[1] not in commands:
    sys.exit(f"Allowed are node_watch {' and node_watch '.join(commands)}.")
commands[sys.argv[1]]()
