"""The archived log: whether it is complete, and which timelines it follows."""

import re

from . import repository, settings
from .errors import PersonError


def gaps(segments: set[str], first: str, last: str, segment_bytes: int) -> list[str]:
    """The names that are missing from `first` to `last`; where a timeline ends between them, both are checked."""
    start, end = (repository.segment_number(name, segment_bytes) for name in (first, last))
    missing = []
    for timeline in range(int(first[:8], 16), int(last[:8], 16) + 1):
        there = [
            number
            for name in segments
            if int(name[:8], 16) == timeline
            and start <= (number := repository.segment_number(name, segment_bytes)) <= end
        ]
        begin = start if timeline == int(first[:8], 16) else min(there, default=end + 1)
        finish = end if timeline == int(last[:8], 16) else max(there, default=begin - 1)
        for number in range(begin, finish + 1):
            if number not in there:
                missing.append(repository.segment_name(timeline, number, segment_bytes))
    return missing


def require_without_gap(first: str, last: str, segment_bytes: int) -> None:
    missing = gaps(repository.archived_segments(), first, last, segment_bytes)
    if missing:
        shown = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise PersonError(
            f"WAL segment {shown} is missing from the archive: nothing after it can be restored from this backup."
            " `npm run backup -- --type full` makes a new start."
        )


def damage(said: str) -> str:
    """What `pgbackrest verify` found, on one line."""
    lines = [line.strip() for line in said.splitlines()]
    found = [
        re.sub(r"^.*(?:INFO|WARN|ERROR|DETAIL): +(\[\d+\]: )?", "", line)
        for line in lines
        if re.search(r"invalid (checksum|size)|checksum invalid: [1-9]|size invalid: [1-9]|missing: [1-9]|other: [1-9]", line)
        or re.search(r"ERROR:", line)
    ]
    return "; ".join(found[:4])


def newest_timeline() -> int:
    files = (settings.repository / "archive" / settings.stanza).glob("*/*.history*")
    histories = [int(file.name[:8], 16) for file in files if re.match(r"[0-9A-F]{8}\.history", file.name)]
    segments = [int(name[:8], 16) for name in repository.archived_segments()]
    return max(histories + segments, default=1)


def require_history(timeline: int) -> None:
    """
    Archives how this timeline came to be, if the archive does not have it. Postgres does so once, when it begins; a
    repository that was emptied later lacks it, and a restore would find no such timeline.
    """
    name = f"{timeline:08X}.history"
    kept = (settings.repository / "archive" / settings.stanza).glob(f"*/{name}*")
    if timeline > 1 and not any(kept):
        repository.pgbackrest("archive-push", str(settings.data_directory / "pg_wal" / name))
        print(f"The archive lacked the history of timeline {timeline}; it is there again.", flush=True)


def lineage(timeline: int) -> dict[int, int | None]:
    """The timelines that lead to this one, each with the log position where it ends; None for itself."""
    found: dict[int, int | None] = {timeline: None}
    if timeline == 1:
        return found
    folder = settings.repository / "archive" / settings.stanza
    files = sorted(folder.glob(f"*/{timeline:08X}.history*"))
    if not files:
        raise PersonError(f"The archive has no history of timeline {timeline}.")
    text = repository.pgbackrest("repo-get", str(files[-1].relative_to(settings.repository))).stdout
    return {**read_history(text), **found}


def read_history(text: str) -> dict[int, int | None]:
    """Lines of a timeline history file: `1<tab>0/3000148<tab>reason`."""
    entries = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {int(entry[0]): repository.lsn_number(entry[1]) for entry in entries}
