"""The metrics for Prometheus. What never happened is left out: absent() finds it."""

import os
import time

from . import repository, settings

_size = {"at": 0.0, "bytes": 0}
size_every_seconds = 300


def text(backups: list[repository.Backup]) -> str:
    verify = settings.read_record(settings.verify_record)
    uploads = settings.read_record(settings.uploads_record)
    disk = os.statvfs(settings.repository)
    lines: list[str] = []
    add = _adder(lines)
    kinds = {"full": "full", "diff": "incr", "incr": "incr"}
    newest: dict[str, int] = {}
    for backup in backups:
        kind = kinds[backup.kind]
        newest[kind] = max(newest.get(kind, 0), backup.stopped_at)
    add(
        "capstone_backup_last_success_timestamp_seconds",
        "When the newest backup of this type was complete.",
        {f'{{type="{kind}"}}': at for kind, at in newest.items()},
    )
    one = {
        "capstone_restore_verify_last_success_timestamp_seconds": (
            "When a restore was last verified with success.",
            verify.get("lastSuccessAt"),
        ),
        "capstone_restore_verify_last_run_timestamp_seconds": (
            "When a restore was last verified, whatever came of it.",
            verify.get("finishedAt"),
        ),
        "capstone_restore_verify_ok": (
            "Whether the last verified restore was good.",
            int(verify["ok"]) if verify else None,
        ),
        "capstone_restore_verify_duration_seconds": (
            "How long the last verified restore took.",
            verify.get("durationSeconds"),
        ),
        "capstone_uploads_backup_last_success_timestamp_seconds": (
            "When the uploads were last copied.",
            uploads.get("finishedAt"),
        ),
        "capstone_backup_repository_bytes": ("What backups and the archive take on disk.", repository_bytes()),
        "capstone_backup_disk_size_bytes": ("The disk that the repository lies on.", disk.f_blocks * disk.f_frsize),
        "capstone_backup_disk_available_bytes": ("What is left of it.", disk.f_bavail * disk.f_frsize),
    }
    for name, (description, value) in one.items():
        add(name, description, {} if value is None else {"": value})
    return "".join(lines)


def _adder(lines: list[str]):
    def add(name: str, description: str, values: dict[str, float]) -> None:
        lines.append(f"# HELP {name} {description}\n# TYPE {name} gauge\n")
        lines.extend(f"{name}{labels} {value}\n" for labels, value in values.items())

    return add


def repository_bytes() -> int:
    """Checked every few minutes only: there are many files."""
    if time.monotonic() - _size["at"] >= size_every_seconds or _size["at"] == 0:
        folders = ("archive", "backup", "uploads")
        _size.update(at=time.monotonic(), bytes=sum(_tree_bytes(str(settings.repository / name)) for name in folders))
    return _size["bytes"]


def _tree_bytes(folder: str) -> int:
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(path, name)).st_size
            except FileNotFoundError:
                continue
    return total
