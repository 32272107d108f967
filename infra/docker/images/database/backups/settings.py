"""Where things are, and what the deployment decided."""

import json
import os
import pathlib

stanza = "capstone"
repository = pathlib.Path("/var/lib/pgbackrest")
"""The volume with the repository; the database nodes and the backup container share it."""
markers = repository / "markers"
verify_record = repository / "restore-verify.json"
uploads_record = repository / "uploads-copy.json"
uploads_copy = repository / "uploads"
scratch = repository / "scratch"
data_directory = pathlib.Path("/var/lib/postgresql/data/17")
binaries = pathlib.Path("/usr/lib/postgresql/17/bin")
socket_directory = "/run/postgresql"
run_directory = pathlib.Path("/run/backup")
secrets = pathlib.Path(os.environ.get("SECRETS_DIRECTORY", "/run/secrets"))
metrics_port = 9101


def schedule() -> dict:
    """How often and for how long, as in `{"fullEveryHours": 168, ...}`. Read again each time: it may change."""
    return json.loads((secrets / "backup.json").read_text())


def secret(name: str) -> str:
    return (secrets / name).read_text()


def write_record(path: pathlib.Path, record: dict) -> None:
    """Writes atomically."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(record))
    beside.replace(path)


def read_record(path: pathlib.Path) -> dict:
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
