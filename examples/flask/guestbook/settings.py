"""What the environment says."""

import os
import socket
from dataclasses import dataclass

from sqlalchemy import URL, make_url


@dataclass(frozen=True)
class Settings:
    node_name: str
    database_url: URL
    jwt_key: str
    s3_endpoint: str | None
    s3_region: str | None
    s3_bucket: str
    assets_url: str
    static_url: str
    # Whether requests are held until a lost database is back: docs/your-service-checklist.md, "Recipes".
    ride_through: bool

    @classmethod
    def from_environment(cls) -> "Settings":
        environment = os.environ
        return cls(
            # On AWS tasks are made from one definition, which has no name for each.
            node_name=environment.get("NODE_NAME") or socket.gethostname(),
            database_url=database_url(),
            jwt_key=environment["JWT_KEY"],
            s3_endpoint=environment.get("S3_ENDPOINT"),
            s3_region=environment.get("S3_REGION"),
            s3_bucket=environment["S3_BUCKET"],
            assets_url=environment["ASSETS_URL"].rstrip("/"),
            static_url=environment["STATIC_URL"].rstrip("/"),
            ride_through=environment.get("RIDE_THROUGH") == "1",
        )


def database_url() -> URL:
    """SQLAlchemy takes postgresql:// for psycopg2: this one is psycopg 3."""
    return make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
