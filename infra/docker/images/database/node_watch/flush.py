"""Brings what is only in memory to the disks."""

import time

from . import cluster, settings

replay_seconds = 3


def flush() -> None:
    """
    A checkpoint, on a replica that of its primary first: without a new one to repeat, a replica's does nothing. After a
    power failure torn pages lie on the disk until then, although the log has mended them in memory.
    @throws OSError when a node refuses.
    """
    # Only where something was found: it would double the watcher's memory.
    import psycopg2

    login = {"user": "postgres", "dbname": "postgres", "connect_timeout": 5}
    try:
        if primary := cluster.primary_host():
            password = (settings.secrets / "superuser-password").read_text()
            _checkpoint(psycopg2.connect(host=primary, password=password, **login))
            time.sleep(replay_seconds)
        _checkpoint(psycopg2.connect(host="/run/postgresql", **login))
    except psycopg2.Error as error:
        raise OSError(f"no checkpoint before the second look: {str(error).strip()}") from error


def _checkpoint(connection) -> None:
    connection.autocommit = True
    try:
        connection.cursor().execute("checkpoint")
    finally:
        connection.close()
