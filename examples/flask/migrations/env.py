"""Run by guestbook.migrate, on its connection and in its transaction."""

from alembic import context

from guestbook.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
