"""Which backup and which timeline to restore a point in time from."""

import datetime

from . import archive, repository
from .errors import PersonError


def plan(to: str, timeline: int | None) -> dict:
    """
    @param to `latest`, or a moment in ISO 8601 with its zone.
    @param timeline The line of history to follow; the newest when not given.
    @throws PersonError when the moment cannot be restored, and why.
    """
    repository.require_readable()
    made = [backup for backup in repository.backups() if not backup.damaged]
    newest = archive.newest_timeline()
    if timeline is not None and not 1 <= timeline <= newest:
        raise PersonError(f"--timeline is {timeline}; allowed is a number from 1 to {newest}.")
    wanted = timeline or newest
    moment = None if to == "latest" else _moment(to)
    backup = choose(made, archive.lineage(wanted), moment, datetime.datetime.now(datetime.timezone.utc))
    return {
        "backup": backup.label,
        "firstSegment": backup.first_segment,
        "databaseBytes": backup.database_bytes,
        "timeline": wanted,
        "target": None if moment is None else moment.isoformat(sep=" "),
    }


def choose(
    made: list[repository.Backup],
    lineage: dict[int, int | None],
    moment: datetime.datetime | None,
    now: datetime.datetime,
) -> repository.Backup:
    """The newest backup that leads to the moment; @throws PersonError when none does."""
    if moment is not None and moment > now:
        raise PersonError(f"{_shown(moment)} is in the future; it is now {_shown(now)}.")
    leading = [backup for backup in made if backup.timeline in lineage and _is_before_fork(backup, lineage)]
    if not leading:
        raise PersonError("There is no backup yet from which to restore." if not made else "No backup leads there.")
    usable = [backup for backup in leading if moment is None or backup.stopped_at < moment.timestamp()]
    if not usable:
        first = datetime.datetime.fromtimestamp(min(b.stopped_at for b in leading) + 1, datetime.timezone.utc)
        raise PersonError(
            f"{_shown(moment)} is before the first backup was complete; the earliest moment to restore to is"
            f" {_shown(first)}."
        )
    return usable[-1]


def _is_before_fork(backup: repository.Backup, lineage: dict[int, int | None]) -> bool:
    left_at = lineage[backup.timeline]
    return left_at is None or backup.stop_lsn <= left_at


def _moment(text: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise PersonError(f'"{text}" is no moment; allowed are latest or a time like 2026-01-31T12:00:00Z.') from error
    if moment.tzinfo is None:
        raise PersonError(f'"{text}" has no time zone; write it like 2026-01-31T12:00:00Z.')
    return moment.astimezone(datetime.timezone.utc)


def _shown(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
