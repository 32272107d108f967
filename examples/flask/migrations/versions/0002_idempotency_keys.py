"""Keys under which a write happens once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_idempotency_keys"
down_revision = "0001_users_and_posts"


def upgrade() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("answer", JSONB, nullable=False),
        sa.Column("answered", sa.Integer, nullable=False, server_default="1"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    )
    op.create_index("idempotency_key_oldest", "idempotency_key", ["created_at"])


def downgrade() -> None:
    op.drop_table("idempotency_key")
