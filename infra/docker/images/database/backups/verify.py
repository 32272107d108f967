"""Verified restores: the newest backup is restored beside the running stack, started, checked and removed."""

import fcntl
import subprocess
import time

from . import archive, database, marker, recovery, repository, schedule, settings, uploads
from .errors import PersonError

directory = settings.scratch / "17"


def verify(max_age_hours: float | None = None) -> None:
    """
    @param max_age_hours A newest backup older than this is a failure; by default one and a half times the schedule's.
    @throws PersonError that names what is wrong.
    """
    settings.scratch.mkdir(mode=0o700, exist_ok=True)
    with open(settings.scratch / "lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PersonError("A restore is being verified already; wait until it has ended.") from error
        _verify_and_record(max_age_hours)


def _verify_and_record(max_age_hours: float | None) -> None:
    started = time.monotonic()
    record = settings.read_record(settings.verify_record)
    failure = None
    try:
        sentence = _verify(max_age_hours)
    except Exception as error:  # Record any failure.
        failure = error
        sentence = str(error)
    finally:
        recovery.remove(directory)
    seconds = time.monotonic() - started
    finished = time.time()
    settings.write_record(
        settings.verify_record,
        {
            "finishedAt": finished,
            "ok": failure is None,
            "lastSuccessAt": record.get("lastSuccessAt") if failure else finished,
            "durationSeconds": seconds,
            "said": sentence,
        },
    )
    if failure:
        raise failure if isinstance(failure, PersonError) else PersonError(f"The restore failed: {failure}")
    print(f"{sentence} It took {seconds:.1f} s.")


def _verify(max_age_hours: float | None) -> str:
    repository.require_readable()
    backup = _newest(max_age_hours)
    _check_repository()
    found = marker.newest_for(backup)
    if found is None:
        raise PersonError(f"Nothing was written down after backup {backup.label} to hold a restore against.")
    recovery.remove(directory)
    repository.pgbackrest(f"--pg1-path={directory}", f"--set={backup.label}", "--type=none", "restore")
    archive.require_without_gap(backup.first_segment, found["segment"], recovery.segment_bytes(directory))
    tables = _check_running(found)
    _run("pg_checksums", "--check", "--pgdata", str(directory))
    copied = uploads.check()
    rows = sum(table["rows"] for table in tables.values())
    return (
        f"Backup {backup.label} restores: {len(tables)} tables with {rows} rows, the same as when they were written"
        f" down at {_moment(found['writtenAt'])}; indexes and checksums are good."
        f" {copied}"
    )


def _newest(max_age_hours: float | None) -> repository.Backup:
    made = repository.backups()
    if not made:
        raise PersonError("There is no backup in the repository.")
    newest = made[-1]
    now = time.time()
    every = settings.schedule()
    hours = (now - newest.stopped_at) / 3600
    late = schedule.too_old(now, newest.stopped_at, every) if max_age_hours is None else hours > max_age_hours
    if late:
        raise PersonError(
            f"The newest backup is too old: {newest.label} is {hours:.1f} h old, and there should be one every"
            f" {every['everyHours']} h."
        )
    if newest.damaged:
        raise PersonError(f"Backup {newest.label} has pages with wrong checksums, so the primary's disk has, too.")
    return newest


def _check_repository() -> None:
    """Checks every file of the repository against its checksum."""
    ended = repository.pgbackrest("--output=text", "--verbose", "verify", check=False)
    said = ended.stdout + ended.stderr
    if ended.returncode != 0 or "status: error" in said:
        raise PersonError(f"Damaged repository: {archive.damage(said) or repository.complaint(ended)}.")


def _check_running(found: dict) -> dict:
    """Recovers to the marker and compares the contents with it."""
    restored = recovery.Recovery(
        directory,
        {
            "archive_mode": "off",
            "recovery_target_lsn": found["lsn"],
            "recovery_target_inclusive": "off",
            "recovery_target_timeline": str(found["timeline"]),
            "shared_buffers": "32MB",
            # It is discarded.
            "fsync": "off",
            "max_wal_size": "128MB",
        },
    )
    restored.start()
    try:
        restored.wait_until_open()
        connection = database.connect()
        _require_same(found, connection)
        ((migrations,),) = database.rows(connection, "select count(*) from kysely_migration")
        if migrations == 0:
            raise PersonError("The restored database has an empty table of migrations.")
        connection.close()
        _run(
            "pg_amcheck",
            "--host", settings.socket_directory, "--username", "postgres", "--database", "capstone",
        )  # fmt: skip
    finally:
        restored.stop()
    return found["tables"]


def _require_same(found: dict, connection) -> None:
    written = database.rows(
        connection, "select count(*) from capstone_backup.marker where nonce = %s", found["nonce"]
    )
    if written != [(1,)]:
        raise PersonError("The row that was written for this check is not in the restored database.")
    restored = database.contents(connection, list(found["tables"]))
    for table, was in found["tables"].items():
        if restored[table] != was:
            raise PersonError(
                f"The restored table {table} differs from what was written down: {restored[table]['rows']} rows"
                f" instead of {was['rows']}{'' if restored[table]['rows'] != was['rows'] else ', and other contents'}."
            )


def _run(program: str, *arguments: str) -> None:
    ended = subprocess.run(
        [str(settings.binaries / program), *arguments], capture_output=True, text=True, errors="replace"
    )
    if ended.returncode != 0:
        raise PersonError(f"{program} finds damage: {(ended.stdout + ended.stderr).strip()[-600:]}")


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
