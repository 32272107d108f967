"""The database: as it was on one box, and riding through the loss of a primary."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from psycopg import OperationalError
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm import Session

from guestbook.settings import Settings

Result = TypeVar("Result")

# How long a request is held. A primary that vanishes in silence is replaced after 20 s; proxies wait 30.
BUDGET_SECONDS = 25

# By SQLSTATE: the server stops, has crashed, is starting; it is a replica now; serialization, deadlock; no connection
# is left.
PASSING = {"57P01", "57P02", "57P03", "25006", "40001", "40P01", "53300"}

RIDING_THROUGH = {
    # A connection that is taken from the pool is asked first: those to a lost server are thrown away, all of them.
    "pool_pre_ping": True,
    # As many as a worker has threads would be more than a server wants; who waits for one longer tries again.
    "pool_size": 6,
    "max_overflow": 2,
    "pool_timeout": 2,
    # Proxies that were replaced, a server's memory: no connection lives for days.
    "pool_recycle": 600,
    "connect_args": {
        "connect_timeout": 2,
        # A replica that is taken for the primary refuses here, and not at the first write.
        "target_session_attrs": "read-write",
        # A server that vanished without a word: noticed after 5 s, idle or not.
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        "tcp_user_timeout": 5000,
    },
}


class DatabaseUnavailable(Exception):
    """The database was away for longer than a request is held."""


class Database:
    def __init__(self, settings: Settings):
        self._rides_through = settings.ride_through
        self._engine = create_engine(settings.database_url, **(RIDING_THROUGH if settings.ride_through else {}))

    def run(self, work: Callable[[Session], Result]) -> Result:
        """
        Does work in one transaction. Riding through, it is done again when it met a failure that passes: it has to be
        safe to repeat, which a read is, and a write under an idempotency key.
        """
        if not self._rides_through:
            return self._once(work)
        ends_at = time.monotonic() + BUDGET_SECONDS
        pause = 0.05
        while True:
            try:
                return self._once(work)
            except (DBAPIError, TimeoutError) as error:
                if not passes(error):
                    raise
                if time.monotonic() + pause > ends_at:
                    raise DatabaseUnavailable from error
            # Callers do not come back all at once.
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(2 * pause, 1)

    def _once(self, work: Callable[[Session], Result]) -> Result:
        with Session(self._engine, expire_on_commit=False) as session:
            try:
                result = work(session)
                session.commit()
                return result
            except DBAPIError as error:
                # A connection to what is a replica now would go back into the pool, and fail for days.
                if passes(error):
                    session.invalidate()
                raise


def passes(error: DBAPIError | TimeoutError) -> bool:
    """Whether another attempt may succeed."""
    if isinstance(error, TimeoutError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return error.connection_invalidated or isinstance(error.orig, OperationalError)
    return state.startswith("08") or state in PASSING
