"""Markers: the database's contents at one log position, to compare a restore with."""

import time
import uuid

from . import database, repository, settings

kept = 10


def write(newest_backup: str) -> dict:
    """
    Counts and hashes every table as of one place in the log, and keeps that beside the backups. Writers wait only
    while the place is looked up, some milliseconds: the counting is done in a snapshot of that moment.
    """
    holder, reader = database.connect(), database.connect()
    try:
        nonce = str(uuid.uuid4())
        _prepare(holder, nonce)
        tables = database.table_names(holder)
        database.rows(holder, "begin")
        database.rows(holder, "set local lock_timeout to '3s'")
        database.rows(holder, f"lock table {', '.join(tables)} in share mode")
        ((snapshot, lsn),) = database.rows(
            holder, "select pg_export_snapshot(), pg_current_wal_insert_lsn()::text"
        )
        database.rows(reader, "begin isolation level repeatable read read only")
        database.rows(reader, "set transaction snapshot %s", snapshot)
        database.rows(holder, "commit")
        # For a restore to stop there, something has to follow it in the log, and all of it has to be archived.
        ((end,),) = database.rows(holder, "select pg_create_restore_point('capstone marker')")
        ((segment,),) = database.rows(holder, "select pg_walfile_name(%s)", end)
        database.rows(holder, "select pg_switch_wal()")
        found = {
            "nonce": nonce,
            "lsn": lsn,
            "timeline": int(segment[:8], 16),
            "segment": segment,
            "backup": newest_backup,
            "writtenAt": int(time.time()),
            "tables": database.contents(reader, tables),
        }
    finally:
        holder.close()
        reader.close()
    settings.write_record(settings.markers / f"{time.time_ns()}.json", found)
    for old in sorted(settings.markers.glob("*.json"))[:-kept]:
        old.unlink()
    return found


def _prepare(connection, nonce: str) -> None:
    database.rows(connection, "set client_min_messages to warning")
    database.rows(connection, "create schema if not exists capstone_backup")
    database.rows(
        connection,
        "create table if not exists capstone_backup.marker"
        " (nonce uuid primary key, written_at timestamptz not null default clock_timestamp())",
    )
    database.rows(connection, "delete from capstone_backup.marker where written_at < now() - interval '100 days'")
    database.rows(connection, "insert into capstone_backup.marker (nonce) values (%s)", nonce)


def newest_for(backup: repository.Backup) -> dict | None:
    """The newest marker that this backup and the log after it lead to."""
    records = (settings.read_record(file) for file in sorted(settings.markers.glob("*.json"), reverse=True))
    return next(
        (
            record
            for record in records
            if record.get("backup") == backup.label and repository.lsn_number(record["lsn"]) >= backup.stop_lsn
        ),
        None,
    )


def wait_until_archived(marker: dict, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while marker["segment"] not in repository.archived_segments():
        if time.monotonic() > end:
            return False
        time.sleep(0.3)
    return True
