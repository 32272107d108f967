"""Brings the schema to the newest migration, and ends with that migration's name: `python3 -m guestbook.migrate`."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from guestbook.settings import database_url

# Two deployments at once: the second waits, and then finds nothing to do.
LOCK = 0x6775657374


def main() -> None:
    config = Config("alembic.ini")
    engine = create_engine(database_url(), connect_args={"connect_timeout": 10})
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        # A statement that waits for a lock makes everybody behind it wait: rather fail, and be run again.
        connection.execute(text("set local lock_timeout = '5s'"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        newest = MigrationContext.configure(connection).get_current_revision()
    print(newest)


if __name__ == "__main__":
    main()
