"""Point-in-time restore into a database node's volume: its files beside the running node, the rest while none runs."""

import json
import os
import time

from . import archive, database, logins, recovery, repository, settings
from .errors import PersonError

restored_directory = settings.data_directory.with_name("17.restored")
former_directory = settings.data_directory.with_name("17.before-restore")


def copy(plan: dict) -> None:
    """Copies the backup's files beside the current ones, which may be in use. Prints one JSON line."""
    started = time.monotonic()
    recovery.remove(restored_directory)
    _require_space(plan)
    try:
        repository.pgbackrest(
            f"--pg1-path={restored_directory}", f"--set={plan['backup']}", "--type=none", "--process-max=2", "restore"
        )
    except Exception:
        recovery.remove(restored_directory)
        raise
    print(json.dumps({"copySeconds": round(time.monotonic() - started, 1)}))


def recover(plan: dict) -> None:
    """
    With no node running: recovers what was copied, which takes the other's place only when it is open. Until then a
    failure changes nothing. Prints one JSON line.
    """
    started = time.monotonic()
    try:
        told = _recover(plan)
    except Exception:
        recovery.remove(restored_directory)
        raise
    recovery.remove(former_directory)
    if settings.data_directory.exists():
        settings.data_directory.rename(former_directory)
    restored_directory.rename(settings.data_directory)
    print(json.dumps({**told, "recoverSeconds": round(time.monotonic() - started, 1)}))


def discard() -> None:
    """Removes a copy that will not be used."""
    recovery.remove(restored_directory)


def _require_space(plan: dict) -> None:
    """The copy must not fill the disk of a node that is still running."""
    space = os.statvfs(settings.data_directory.parent)
    free = space.f_bavail * space.f_frsize
    needed = round(plan["databaseBytes"] * 1.1) + (256 << 20)
    if free < needed:
        raise PersonError(
            f"A restore takes {needed / 1e9:.1f} GB beside what is there, and {free / 1e9:.1f} GB are free. Nothing was"
            " changed."
        )


def _recover(plan: dict) -> dict:
    target = {"recovery_target_time": plan["target"]} if plan["target"] else {}
    recovered = _open(plan, target)
    if recovered is None:
        # Nothing was committed after the target, so the end of the log is what was asked for.
        recovered = _open(plan, {})
    if recovered is None:
        raise PersonError("Postgres reached no end of its recovery.")
    try:
        replayed_to = recovered.replayed_to() or "0/0"
        told = {"lastCommit": recovered.last_commit(), "replayedTo": replayed_to}
        if "recovery_target_time" not in recovered.options:
            _require_whole(plan, replayed_to)
        connection = database.connect()
        ((told["timeline"],),) = database.rows(
            connection, "select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int"
        )
        # The restored ones may have been changed since.
        logins.give_passwords(connection)
        connection.close()
    finally:
        recovered.stop()
    _archive_new_timeline(told["timeline"])
    return told


def _open(plan: dict, target: dict[str, str]) -> recovery.Recovery | None:
    """None when the log ended before the target."""
    recovered = recovery.Recovery(
        restored_directory, {"recovery_target_timeline": str(plan["timeline"]), "archive_mode": "off", **target}
    )
    recovered.start()
    try:
        recovered.wait_until_open()
        return recovered
    except PersonError:
        recovered.stop()
        if target and recovery.unreached in recovered.log():
            return None
        raise


def _archive_new_timeline(timeline: int) -> None:
    """Only now: the timeline of a failed restore would mislead later ones."""
    wal = restored_directory / "pg_wal"
    segments = sorted(file.name for file in wal.glob(f"{timeline:08X}*") if len(file.name) == 24)
    for name in [f"{timeline:08X}.history", *segments[:-1]]:
        repository.pgbackrest(f"--pg1-path={restored_directory}", "archive-push", str(wal / name))


def _require_whole(plan: dict, replayed_to: str) -> None:
    """Postgres treats a missing segment as the end of the log. We do not."""
    size = recovery.segment_bytes(restored_directory)
    segments = {name for name in repository.archived_segments() if int(name[:8], 16) == plan["timeline"]}
    last = max(segments, default=plan["firstSegment"])
    reached = repository.lsn_number(replayed_to) // size
    if reached < repository.segment_number(last, size):
        missing = archive.gaps(repository.archived_segments(), plan["firstSegment"], last, size)
        raise PersonError(
            f"The log ends too early, at {replayed_to}: WAL segment {', '.join(missing[:3]) or 'after that'} is missing"
            f" from the archive or damaged, and {last} is there. Nothing was changed; a time before that place can be"
            " restored with --to TIME."
        )
