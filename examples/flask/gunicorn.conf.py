"""How Gunicorn serves, and how it leaves."""

import os
import signal
import threading

# One folder for the figures of all workers; it has to be known before prometheus_client is imported.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = "/tmp/metrics"
os.makedirs("/tmp/metrics", exist_ok=True)

from prometheus_client import multiprocess

from guestbook import draining

RIDES_THROUGH = os.environ.get("RIDE_THROUGH") == "1"
# Proxies ask every tenth of a second, AWS's load balancer is told: both have stopped sending by then.
NOTICE_SECONDS = 2

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = 4
# A worker that holds a request until the database is back has other threads for /health. Without them every node
# would be called down because the database is.
worker_class = "gthread" if RIDES_THROUGH else "sync"
threads = 16 if RIDES_THROUGH else 1
worker_tmp_dir = "/tmp"
# Every answer ends its connection, so that no request is sent on one that is about to be closed.
keepalive = 0
# What is under way when the listener closes may still take this long; service.yaml's stopSeconds is a little more.
graceful_timeout = 26


def when_ready(server):
    """Puts off Gunicorn's own end, which closes the listener at once: until then, health says that this node leaves."""

    def drain(_signal, _frame):
        if draining.has_begun():
            return
        draining.begin()
        server.log.info("Draining")
        threading.Timer(NOTICE_SECONDS, server.signal, (signal.SIGTERM, None)).start()

    signal.signal(signal.SIGTERM, drain)


def child_exit(_server, worker):
    multiprocess.mark_process_dead(worker.pid)
