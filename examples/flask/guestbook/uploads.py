"""Pictures, in the object store: every node reaches them."""

import hashlib

import boto3
from botocore.config import Config

from guestbook.settings import Settings

# By their first bytes.
PICTURES = {b"\x89PNG\r\n\x1a\n": ("png", "image/png"), b"\xff\xd8\xff": ("jpg", "image/jpeg")}


class Uploads:
    def __init__(self, settings: Settings):
        self._bucket = settings.s3_bucket
        self._assets_url = settings.assets_url
        # Without keys in the environment, as on AWS, boto3 takes those of the task's role.
        self._client = boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint or None,
            region_name=settings.s3_region,
            config=Config(
                s3={"addressing_style": "path"},
                # What stores other than AWS's do not all know.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=2,
                read_timeout=5,
                retries={"mode": "standard", "total_max_attempts": 5},
            ),
        )

    def keep(self, picture: bytes) -> str | None:
        """Its name, which changes with its bytes: kept twice it is the same object. None if it is no picture."""
        kinds = [kind for start, kind in PICTURES.items() if picture.startswith(start)]
        if not kinds:
            return None
        extension, media_type = kinds[0]
        name = f"avatars/{hashlib.sha256(picture).hexdigest()}.{extension}"
        self._client.put_object(
            Bucket=self._bucket,
            Key=name,
            Body=picture,
            ContentType=media_type,
            CacheControl="public, max-age=31536000, immutable",
        )
        return name

    def url_of(self, name: str | None) -> str | None:
        return f"{self._assets_url}/{name}" if name else None
