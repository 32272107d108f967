"""The backup container's own work: uploads copied and restores verified on a schedule, and metrics for Prometheus."""

import http.server
import subprocess
import sys
import threading
import time

from . import metrics, repository, schedule, settings

round_seconds = 30
uploads_every_seconds = 3600
uploads_retry_seconds = 300


def serve() -> None:
    threading.Thread(target=_work_for_ever, daemon=True).start()
    server = http.server.ThreadingHTTPServer(("0.0.0.0", settings.metrics_port), Handler)
    server.serve_forever()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/alive":
            self._answer(200, "")
        elif self.path == "/metrics":
            self._answer(200, metrics.text(backups_now()))
        else:
            self._answer(404, "")

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments) -> None:
        """Every scrape in the log would be noise."""


_known: dict = {"changedAt": None, "backups": []}
_lock = threading.Lock()


def backups_now() -> list[repository.Backup]:
    """Runs pgBackRest only when its list has changed."""
    try:
        changed_at = (settings.repository / "backup" / settings.stanza / "backup.info").stat().st_mtime
    except FileNotFoundError:
        return []
    with _lock:
        if changed_at != _known["changedAt"]:
            try:
                _known.update(changedAt=changed_at, backups=repository.backups())
            except Exception as error:
                print(f"The list of backups cannot be read: {error}", file=sys.stderr, flush=True)
        return _known["backups"]


def _work_for_ever() -> None:
    started = time.time()
    uploads_tried = 0.0
    while True:
        time.sleep(round_seconds)
        now = time.time()
        try:
            copied = settings.read_record(settings.uploads_record).get("finishedAt", started - uploads_every_seconds)
            if now - copied >= uploads_every_seconds and now - uploads_tried >= uploads_retry_seconds:
                uploads_tried = now
                _run("uploads", "copy")
            newest = max((backup.stopped_at for backup in backups_now()), default=None)
            record = settings.read_record(settings.verify_record)
            if schedule.verify_is_due(now, newest, record, settings.schedule()):
                _run("verify")
        except Exception as error:
            print(f"The schedule: {error}", file=sys.stderr, flush=True)


def _run(*arguments: str) -> None:
    """In a process of its own, so that its memory is released, at low priority."""
    subprocess.run(["nice", "-n", "19", "backups", *arguments])
