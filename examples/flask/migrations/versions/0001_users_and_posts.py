"""Users and posts."""

import sqlalchemy as sa
from alembic import op

revision = "0001_users_and_posts"
down_revision = None


def upgrade() -> None:
    now = sa.text("now()")
    op.create_table(
        "user",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("username", sa.Text, nullable=False, unique=True),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("avatar", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_table(
        "post",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_index("post_newest", "post", [sa.text("created_at desc"), sa.text("id desc")])


def downgrade() -> None:
    op.drop_table("post")
    op.drop_table("user")
