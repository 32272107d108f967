"""Questions to a Postgres on this container's Unix socket."""

import urllib.error
import urllib.request

import psycopg2

from . import settings


def connect(database: str = "capstone", directory: str = settings.socket_directory):
    connection = psycopg2.connect(host=directory, user="postgres", dbname=database, connect_timeout=5)
    connection.autocommit = True
    return connection


def rows(connection, question: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question, values or None)
        return cursor.fetchall() if cursor.description else []


def is_primary() -> bool:
    """As Patroni on this node sees it."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:8008/primary", timeout=3) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


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
        question = f"select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text from {table} t"
        ((count, checksum),) = rows(connection, question)
        found[table] = {"rows": count, "hash": checksum}
    return found
