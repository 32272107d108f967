"""A copy of the bucket that deletions do not affect: encrypted, in the backup volume."""

import base64
import hashlib
import os
import subprocess
import time

from . import settings
from .errors import PersonError

configuration = settings.run_directory / "rclone.conf"


def run(direction: str) -> None:
    """
    `copy` adds what is new in the bucket to the copy, `restore` what is missing in the bucket to it. Neither deletes or
    changes anything: an object is named after its content.
    """
    _configure()
    bucket = f"bucket:{os.environ['OBJECT_STORE_BUCKET']}"
    source, target = (bucket, "copy:") if direction == "copy" else ("copy:", bucket)
    settings.uploads_copy.mkdir(mode=0o700, exist_ok=True)
    # What the application gives each object; its type follows from its name.
    headers = ["--header-upload", "Cache-Control: public, max-age=31536000, immutable"]
    transferred = _rclone("copy", source, target, "--ignore-existing", "--stats-one-line", "--stats=0", *headers)
    objects = len(_names())
    if direction == "copy":
        settings.write_record(settings.uploads_record, {"finishedAt": time.time(), "objects": objects})
        print(f"Uploads: the copy has {objects} objects.")
    else:
        print(f"Uploads: what was missing of {objects} objects is in the bucket again.{transferred.strip()}")


def check() -> str:
    """
    Reads every copied object to its end, which its encryption authenticates; one that is damaged is copied anew.
    @return A sentence for people.
    @throws PersonError that names those that the bucket does not have any more.
    """
    if not settings.uploads_copy.exists():
        return "No uploads are copied yet."
    _configure()
    damaged = _damaged()
    if not damaged:
        return "Every copied upload is readable."
    for name in damaged:
        _rclone("deletefile", f"copy:{name}")
    run("copy")
    kept = set(_names())
    lost = [name for name in damaged if name not in kept]
    if lost:
        raise PersonError(f"Copied uploads were damaged, and the bucket has them no more: {', '.join(lost)}.")
    return f"Damaged copied uploads were copied anew: {', '.join(damaged)}."


def _damaged() -> list[str]:
    """rclone leaves out the hash of a file that it cannot read to its end."""
    copied = _names()
    listed = _rclone("hashsum", "md5", "--download", "copy:", check=False)
    readable = {line.split(maxsplit=1)[1] for line in listed.splitlines()}
    return [name for name in copied if name not in readable]


def _names() -> list[str]:
    return _rclone("lsf", "--recursive", "--files-only", "copy:").splitlines()


def _configure() -> None:
    key = hashlib.sha256(f"uploads {settings.secret('backup-passphrase')}".encode()).digest()
    obscured = subprocess.run(
        ["rclone", "obscure", "-"], input=base64.b64encode(key).decode(), capture_output=True, text=True, check=True
    ).stdout.strip()
    text = f"""[bucket]
type = s3
provider = Other
endpoint = {os.environ["OBJECT_STORE_ENDPOINT"]}
region = {os.environ["OBJECT_STORE_REGION"]}
access_key_id = {settings.secret("object-store-access-key")}
secret_access_key = {settings.secret("object-store-secret-key")}
force_path_style = true
no_check_bucket = true

[copy]
type = crypt
remote = {settings.uploads_copy}
password = {obscured}
"""
    descriptor = os.open(configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _rclone(*arguments: str, check: bool = True) -> str:
    command = ["rclone", f"--config={configuration}", "--contimeout=3s", "--timeout=30s", "--retries=2", *arguments]
    command += ["--transfers=2", "--checkers=2", "--use-server-modtime"]
    ended = subprocess.run(
        command, capture_output=True, text=True, errors="replace", env={**os.environ, "GOMAXPROCS": "1", "HOME": "/tmp"}
    )
    if check and ended.returncode != 0:
        said = (ended.stderr or ended.stdout).strip().splitlines()[-2:]
        raise PersonError(f"The uploads could not be copied: {'; '.join(said)}")
    return ended.stdout
