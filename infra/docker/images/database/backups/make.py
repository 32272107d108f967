"""Backups made on the primary, by command or when they are due."""

import fcntl
import re
import time

import psycopg2

from . import archive, database, marker, repository, schedule, settings
from .errors import PersonError


def make(kind: str) -> None:
    """
    Makes a full or an incremental backup; `due` makes whichever is due by the schedule, or none.
    @throws PersonError when this node is not the primary, or the backup fails.
    """
    database.require_primary()
    with open(settings.run_directory / "make.lock", "w", encoding="utf-8") as lock:
        # A concurrent request waits for the running backup.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _make(kind)


def _make(kind: str) -> None:
    if kind == "due":
        due = _due()
        if due is None:
            return
        kind = due
    _create_stanza()
    started = time.monotonic()
    _checkpoint()
    archive.require_history(_timeline())
    days = settings.schedule()["retentionDays"]
    repository.pgbackrest(
        f"--type={kind}", "--repo1-retention-full-type=time", f"--repo1-retention-full={days}", "backup"
    )
    backup = repository.backups()[-1]
    _mark(backup)
    print(
        f"{'Full' if backup.kind == 'full' else 'Incremental'} backup {backup.label}: {_size(backup.database_bytes)}"
        f" of database, {_size(backup.repository_bytes)} in the repository, {time.monotonic() - started:.1f} s."
    )


def mark() -> None:
    """Writes a marker, so that the next verified restore proves the archive up to now."""
    newest = repository.backups()[-1:]
    if not newest:
        raise PersonError("There is no backup yet; make one with `npm run backup`.")
    _mark(newest[0])


def _mark(backup: repository.Backup) -> None:
    for attempt in range(3):
        try:
            written = marker.write(backup.label)
            break
        except psycopg2.errors.LockNotAvailable as error:
            if attempt == 2:
                raise PersonError("The backup is made, but no marker: a writer holds its lock for long.") from error
            time.sleep(1)
        except (psycopg2.errors.DataCorrupted, psycopg2.errors.IndexCorrupted) as error:
            raise PersonError(
                f"The primary's disk is damaged: {database.sentence(error)}. Backup {backup.label} may hold the damage too;"
                " those before it are kept. docs/runbooks/damaged-data.md says what to do."
            ) from error
    if not marker.wait_until_archived(written, 60):
        raise PersonError(
            f"WAL segment {written['segment']} did not reach the archive within 60 s: archiving is behind or fails;"
            " the database's log says why."
        )


def _create_stanza() -> None:
    known = [entry["system-id"] for entry in repository.info().get("db", [])]
    if known:
        # Of another cluster, perhaps: its backups must not be mixed with this one's.
        ours = _system_identifier()
        if ours in known:
            return
        raise PersonError(
            f"The repository holds backups of another database cluster ({known[-1]}) than the one that runs"
            f" ({ours}). Bring that one back with `npm run restore -- --to latest`, or remove stack and backups with"
            " `npm run down -- --data`."
        )
    repository.pgbackrest("stanza-create")


def _checkpoint() -> None:
    """
    Until the first one after a failover, which takes its time, the files still name the timeline of before, and
    pgBackRest refuses to back them up.
    """
    connection = database.connect("postgres")
    database.rows(connection, "checkpoint")
    connection.close()


def _system_identifier() -> int:
    connection = database.connect("postgres")
    try:
        return int(database.rows(connection, "select system_identifier from pg_control_system()")[0][0])
    finally:
        connection.close()


def _timeline() -> int:
    connection = database.connect("postgres")
    try:
        return int(database.rows(connection, "select pg_walfile_name(pg_current_wal_lsn())")[0][0][:8], 16)
    finally:
        connection.close()


def _due() -> str | None:
    made = repository.backups()
    last_full = max((backup.stopped_at for backup in made if backup.kind == "full"), default=None)
    last = max((backup.stopped_at for backup in made), default=None)
    return schedule.due_backup(time.time(), last_full, last, settings.schedule())


def archive_missing(event: list[str]) -> None:
    """
    Patroni runs this on a change of role. A standby takes what it received as archived by its primary; if that one
    died just before, nobody would. Archived again what is there already changes nothing.
    """
    if event and event[1:2] not in (["primary"], ["master"]):
        return
    archived = repository.archived_segments()
    if not archived:
        return
    wal = settings.data_directory / "pg_wal"
    oldest = min(archived, key=lambda name: name[8:])
    # Leave the newest segments to the primary: it has not finished them, or is about to archive them.
    done = {file.name.removesuffix(".done") for file in (wal / "archive_status").glob("*.done")}
    for name in sorted(done):
        if not re.fullmatch(r"[0-9A-F]{24}", name) or name in archived or name[8:] < oldest[8:]:
            continue
        if (wal / name).exists():
            ended = repository.pgbackrest("archive-push", str(wal / name), check=False)
            said = "archived" if ended.returncode == 0 else repository.complaint(ended)
            print(f"{name}, which the last primary had not archived: {said}", flush=True)


def _size(number: int) -> str:
    return f"{number / 1e6:.1f} MB"
