"""Queries on a Postgres over this container's Unix socket."""

import time
import urllib.error
import urllib.request

import psycopg2

from . import settings
from .errors import PersonError


def connect(database: str = "capstone", directory: str = settings.socket_directory):
    connection = psycopg2.connect(host=directory, user="postgres", dbname=database, connect_timeout=5)
    connection.autocommit = True
    return connection


def rows(connection, query: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []


def sentence(error: psycopg2.Error) -> str:
    """What Postgres complained of, on one line and without its hints."""
    return str(error).strip().splitlines()[0].strip() if str(error).strip() else type(error).__name__


def is_primary() -> bool:
    """As Patroni on this node sees it."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:8008/primary", timeout=3) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def require_primary(seconds: float = 30) -> None:
    """
    Just after a failover Patroni knows the primary before its Postgres takes writes: waits for that.
    @throws PersonError when this node is not the primary, or takes no writes for so long.
    """
    end = time.monotonic() + seconds
    while True:
        if not is_primary():
            raise PersonError("This node is not the primary; backups are made there.")
        try:
            connection = connect("postgres")
            ((recovering,),) = rows(connection, "select pg_is_in_recovery()")
            connection.close()
            if not recovering:
                return
            said = "it is in recovery"
        except psycopg2.OperationalError as error:
            said = str(error).strip().splitlines()[-1]
        if time.monotonic() > end:
            raise PersonError(f"Postgres on this node takes no writes for {seconds:.0f} s: {said}")
        time.sleep(0.5)


permanent_tables = """
    select quote_ident(nspname) || '.' || quote_ident(relname)
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and relpersistence = 'p' and nspname <> 'capstone_backup'
      and nspname !~ '^pg_' and nspname <> 'information_schema'
    order by 1"""


def table_names(connection) -> list[str]:
    return [name for (name,) in rows(connection, permanent_tables)]


def contents(connection, tables: list[str]) -> dict[str, dict]:
    """Of each table the number of rows and a hash of all of them that does not depend on their order."""
    rows(connection, "set timezone to 'UTC'")
    found = {}
    for table in tables:
        query = f"select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text from {table} t"
        ((count, checksum),) = rows(connection, query)
        found[table] = {"rows": count, "hash": checksum}
    return found
