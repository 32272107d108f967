"""As examples/flask/gunicorn.conf.py, which says why; without metrics."""

import os
import signal
import threading

import draining

RIDES_THROUGH = os.environ.get("RIDE_THROUGH") == "1"

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = 4
worker_class = "gthread" if RIDES_THROUGH else "sync"
threads = 16 if RIDES_THROUGH else 1
worker_tmp_dir = "/tmp"
keepalive = 0
graceful_timeout = 26


def when_ready(server):
    def drain(_signal, _frame):
        if not draining.has_begun():
            draining.begin()
            threading.Timer(2, server.signal, (signal.SIGTERM, None)).start()

    signal.signal(signal.SIGTERM, drain)
