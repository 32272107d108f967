"""Samples this database node ten times a second until standard input ends; one JSON line per sample.

- patroni: what Patroni reports about the node.
- write: a commit that this node has acknowledged, from `beganMs` to `endedMs`. It leaves no data: an empty
  message in the log, whose commit waits for the standby like any other.
- connections: how many sessions the application has on this node.

Moments are milliseconds since 1970.
"""

import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request

import psycopg2

PAUSE_SECONDS = 0.1
UNCONFIRMED = "transaction has already committed locally"
WRITE = """
select case when not pg_is_in_recovery() then substr(pg_walfile_name(pg_logical_emit_message(true, 'drill', '')), 1, 8) end
"""
CONNECTIONS = "select count(*) from pg_stat_activity where usename ~ '^capstone(_[0-9]+)?$'"

printing = threading.Lock()


def now() -> int:
    return round(time.time() * 1000)


def say(**line) -> None:
    with printing:
        print(json.dumps(line), flush=True)


def watch_patroni() -> None:
    while True:
        began = now()
        try:
            with urllib.request.urlopen("http://127.0.0.1:8008/patroni", timeout=2) as answer:
                body = json.load(answer)
        except urllib.error.HTTPError as answer:
            body = json.loads(answer.read() or b"{}")
        except (OSError, ValueError):
            body = {}
        say(
            kind="patroni",
            atMs=began,
            state=body.get("state", "unreachable"),
            role=body.get("role", "unknown"),
            timeline=body.get("timeline"),
            streamsFromPrimary=body.get("replication_state") == "streaming",
            synchronousStandbys=sum(
                r.get("sync_state") in ("sync", "quorum") and r.get("state") == "streaming"
                for r in body.get("replication", [])
            ),
        )
        time.sleep(PAUSE_SECONDS)


def connect():
    connection = psycopg2.connect(
        host="/run/postgresql", user="postgres", dbname="postgres", connect_timeout=2, application_name="drill"
    )
    connection.autocommit = True
    return connection


def watch_writes() -> None:
    connection = None
    looks = 0
    while True:
        began = now()
        try:
            connection = connection or connect()
            cursor = connection.cursor()
            del connection.notices[:]
            cursor.execute(WRITE)
            timeline = cursor.fetchone()[0]
            if timeline and not any(UNCONFIRMED in notice for notice in connection.notices):
                say(kind="write", beganMs=began, endedMs=now(), timeline=int(timeline, 16))
            looks += 1
            if looks % 3 == 0:
                cursor.execute(CONNECTIONS)
                say(kind="connections", atMs=now(), count=cursor.fetchone()[0])
        except psycopg2.Error:
            if connection:
                connection.close()
            connection = None
        time.sleep(PAUSE_SECONDS)


for watch in (watch_patroni, watch_writes):
    threading.Thread(target=watch, daemon=True).start()
sys.stdin.read()
os._exit(0)
