"""Looks at the nodes, each place from a thread of its own, so that a silent one keeps no other waiting."""

import json
import select
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPException

import psycopg2
from psycopg2 import extensions

from .judge import NEVER, Place

WRITE = "select pg_logical_emit_message(true, 'witness', '')"
# How long ago the walreceiver heard the primary; nothing runs in recovery without one for long.
HEARD = """select coalesce((select extract(epoch from clock_timestamp() - last_msg_receipt_time)
  from pg_stat_wal_receiver where status = 'streaming'), 1e9)"""

# An attempt that has no answer for so long counts as failing while it waits.
HANGS_SECONDS = 0.5
# One that answers later than this is slow.
SLOW_SECONDS = 0.4


class Watch:
    """Asks again and again; keeps when it got its last good answer and since when it gets none."""

    def __init__(self, ask, every_seconds: float, wanted: bool = True) -> None:
        self.ask = ask  # returns what was said; raises when that is no good answer
        self.every_seconds = every_seconds
        self.wanted = threading.Event()
        self.good_at: float | None = None
        self.failing_since: float | None = None
        self.asked_at: float | None = None  # while it waits for an answer
        self.slow_at: float | None = None
        self.said = ""
        self.want(wanted)
        threading.Thread(target=self.run, daemon=True).start()

    def want(self, wanted: bool) -> None:
        if wanted:
            self.wanted.set()
        else:
            self.wanted.clear()
            self.good_at = self.failing_since = None

    def run(self) -> None:
        while True:
            self.wanted.wait()
            began = self.asked_at = time.monotonic()
            try:
                said = self.ask()
                self.said, self.good_at, self.failing_since = said, time.monotonic(), None
            except (OSError, ValueError, HTTPException, psycopg2.Error) as error:
                self.failing_since = self.failing_since or began
                self.said = str(error).strip().split("\n")[0][:120]
            self.asked_at = None
            if self.failing_since is not None or time.monotonic() - began > SLOW_SECONDS:
                self.slow_at = time.monotonic()
            time.sleep(max(0.0, self.every_seconds - (time.monotonic() - began)))

    def place(self) -> Place:
        now, since, good_at, asked_at = time.monotonic(), self.failing_since, self.good_at, self.asked_at
        if not self.wanted.is_set():
            return Place()
        if since is None and asked_at is not None and now - asked_at > HANGS_SECONDS:
            since = asked_at
        return Place(
            good=NEVER if good_at is None else now - good_at,
            failing=0.0 if since is None else now - since,
            said=self.said,
            steady=0.0 if since is not None else NEVER if self.slow_at is None else now - self.slow_at,
        )


def patroni(address: str):
    """What a node's Patroni says of it."""

    def ask() -> dict:
        try:
            with urllib.request.urlopen(f"http://{address}/patroni", timeout=1) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            return json.load(refusal)

    return ask


def leads(address: str) -> str:
    """Good while the node tells the proxies that it leads."""
    with urllib.request.urlopen(f"http://{address}/primary", timeout=1) as answer:
        return str(answer.status)


def query(login: dict, host: str, port: int, statement: str, timeout_seconds: float = 2.5) -> str:
    """A new connection, one statement, its answer: within the time, whatever hangs. A full server serves."""
    connection = None
    try:
        connection = psycopg2.connect(host=host, port=port, async_=True, **login)
        ends_at = time.monotonic() + timeout_seconds
        settle(connection, ends_at)
        cursor = connection.cursor()
        cursor.execute(statement)
        settle(connection, ends_at)
        return str(cursor.fetchone()[0])
    except psycopg2.OperationalError as error:
        # The limit of all clients; the one of this login says "for role".
        if "too many clients" in str(error) or "connection slots are reserved" in str(error):
            return "full"
        raise
    finally:
        if connection is not None:
            connection.close()


def settle(connection, ends_at: float) -> None:
    while True:
        state = connection.poll()
        if state == extensions.POLL_OK:
            return
        left = ends_at - time.monotonic()
        reads, writes = ([connection], []) if state == extensions.POLL_READ else ([], [connection])
        if left <= 0 or not any(select.select(reads, writes, [], left)):
            raise TimeoutError("no answer in time")
