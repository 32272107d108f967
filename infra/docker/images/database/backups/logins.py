"""The passwords of the database's own roles: makes Postgres accept those in the nodes' files."""

import psycopg2.extensions
from psycopg2 import sql

from . import database, settings, verifier

roles = {"postgres": "superuser", "replicator": "replication", "rewinder": "rewind", "capstone_owner": "owner"}


def give_passwords(connection) -> list[str]:
    """Sets each role's current password, as a verifier only. @returns The roles that had another."""
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
    """Does this on the primary only; elsewhere it does nothing."""
    connection = database.connect("postgres")
    try:
        ((recovering,),) = database.rows(connection, "select pg_is_in_recovery()")
        if not recovering and (given := give_passwords(connection)):
            print(f"New passwords: {', '.join(given)}.", flush=True)
    finally:
        connection.close()
