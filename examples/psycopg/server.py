"""One page that asks the database through psycopg's pool: the recipe, and nothing else."""

import os
import random
import time

from flask import Flask, jsonify
from psycopg import OperationalError
from psycopg.errors import Error
from psycopg_pool import ConnectionPool, PoolTimeout

import draining

RIDES_THROUGH = os.environ.get("RIDE_THROUGH") == "1"
BUDGET_SECONDS = 25
PASSING = {"57P01", "57P02", "57P03", "25006", "40001", "40P01", "53300"}

WITHOUT = {"min_size": 4}
WITH = {
    "min_size": 2,
    "max_size": 8,
    # Who waits longer for a connection tries again, within the budget.
    "timeout": 2,
    # While the server is away: one attempt after the other, this far apart at most.
    "reconnect_timeout": 2,
    "max_lifetime": 600,
    # A connection is asked before it is handed out.
    "check": ConnectionPool.check_connection,
    "kwargs": {
        "connect_timeout": 2,
        "target_session_attrs": "read-write",
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        "tcp_user_timeout": 5000,
    },
}

app = Flask(__name__, static_folder=None)
# Opened without waiting: a worker starts while the database is away.
pool = ConnectionPool(os.environ["DATABASE_URL"], open=False, **(WITH if RIDES_THROUGH else WITHOUT))
pool.open(wait=False)


def run(work):
    if not RIDES_THROUGH:
        with pool.connection() as connection:
            return work(connection)
    ends_at = time.monotonic() + BUDGET_SECONDS
    pause = 0.05
    while True:
        try:
            with pool.connection() as connection:
                return work(connection)
        except Error as error:
            if not passes(error) or time.monotonic() + pause > ends_at:
                raise
        time.sleep(pause * random.uniform(0.5, 1))
        pause = min(2 * pause, 1)


def passes(error: Error) -> bool:
    if error.sqlstate is None:
        return isinstance(error, (OperationalError, PoolTimeout))
    return error.sqlstate.startswith("08") or error.sqlstate in PASSING


@app.get("/health")
def health():
    return (jsonify(status="draining"), 503) if draining.has_begun() else jsonify(status="ready")


@app.get("/")
def page():
    return jsonify(answer=run(lambda connection: connection.execute("select 1").fetchone()[0]))
