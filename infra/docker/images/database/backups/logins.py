"""The passwords of the database's own roles: those that the nodes have as files are those that Postgres takes."""

import psycopg2.extensions
from psycopg2 import sql

from . import database, settings, verifier

roles = {"postgres": "superuser", "replicator": "replication", "rewinder": "rewind", "capstone_owner": "owner"}


def give_passwords(connection) -> list[str]:
    """Gives each role the password of now; Postgres is told verifiers only. @returns The roles that had another."""
    given = []
    for role, name in roles.items():
        password = settings.secret(f"{name}-password")
        found = database.rows(connection, "select rolpassword from pg_authid where rolname = %s", role)
        if not found or verifier.opens(password, found[0][0]):
            continue
        scram = psycopg2.extensions.encrypt_password(password, role, connection, "scram-sha-256")
        statement = sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(scram))
        database.rows(connection, statement)
        given.append(role)
    return given


def give_passwords_here() -> None:
    """On the primary. A node that is none, or no longer, has nothing to say."""
    connection = database.connect("postgres")
    try:
        ((recovering,),) = database.rows(connection, "select pg_is_in_recovery()")
        if not recovering and (given := give_passwords(connection)):
            print(f"New passwords: {', '.join(given)}.", flush=True)
    finally:
        connection.close()
