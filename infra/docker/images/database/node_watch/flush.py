"""Has the primary write, and brings what is only in memory to the disks."""

import time

from . import cluster, settings

replay_seconds = 3


def flush() -> None:
    """
    A checkpoint, on a replica that of its primary first: without a new one to repeat, a replica's does nothing. After a
    power failure torn pages lie on the disk until then, although the log has mended them in memory.
    @throws OSError when a node refuses.
    """
    if primary := cluster.primary_host():
        _run_on_primary(primary, "checkpoint")
        time.sleep(replay_seconds)
    _run("checkpoint", host="/run/postgresql")


def have_primary_write() -> None:
    """
    One record for the log. A node that was rewound waits for the record after the last, and an idle primary writes none.
    @throws OSError when it refuses.
    """
    if primary := cluster.primary_host():
        _run_on_primary(primary, "select pg_log_standby_snapshot()")


def _run_on_primary(host: str, statement: str) -> None:
    _run(statement, host=host, password=(settings.secrets / "superuser-password").read_text())


def _run(statement: str, **server: str) -> None:
    # Only where something is wrong: it would double the watcher's memory.
    import psycopg2

    try:
        connection = psycopg2.connect(user="postgres", dbname="postgres", connect_timeout=5, **server)
        connection.autocommit = True
        try:
            connection.cursor().execute(statement)
        finally:
            connection.close()
    except psycopg2.Error as error:
        raise OSError(f"{statement} on {server['host']}: {str(error).strip()}") from error
