"""What is due when. Times are seconds since 1970; None is never."""


def due_backup(now: float, last_full: float | None, last: float | None, every: dict) -> str | None:
    """`full`, `incr`, or None when neither is due."""
    if last_full is None or now - last_full >= every["fullEveryHours"] * 3600:
        return "full"
    if last is None or now - last >= every["everyHours"] * 3600:
        return "incr"
    return None


def too_old(now: float, stopped_at: float, every: dict) -> bool:
    """Half an interval late may just be slow; later than that is an error."""
    return now - stopped_at > 1.5 * every["everyHours"] * 3600


first_verify_after = 600
retry_after = 3600


def verify_is_due(now: float, newest_backup: float | None, record: dict, every: dict) -> bool:
    """The first one waits until a new stack has settled; a failed one is tried again in an hour."""
    if newest_backup is None:
        return False
    if not record:
        return now - newest_backup >= first_verify_after
    pause = every["verifyEveryHours"] * 3600
    return now - record["finishedAt"] >= (pause if record["ok"] else min(pause, retry_after))
