"""The step before Patroni: a node that never comes so far as to answer is remade here."""

import time

from . import cluster, disk, health, remake, settings


def before_start() -> None:
    """Whatever goes wrong here is left to Patroni."""
    settings.cannot_be_mended.unlink(missing_ok=True)
    try:
        _before_start()
    except OSError as error:
        print(f"{settings.node} is left to Patroni: {error}", flush=True)


def _before_start() -> None:
    now = time.time()
    record = settings.read_record(settings.unhealthy_record)
    if not record or not settings.data_directory.exists():
        settings.write_record(settings.unhealthy_record, health.start({}, now, False))
        return
    others = cluster.look()
    record = health.start(record, now, others.primary is not None)
    settings.write_record(settings.unhealthy_record, record)
    if not health.is_broken(record) or record["starts"] < settings.starts_in_vain:
        return
    decision = remake.decide(
        remake.Situation(
            is_primary=False,
            broken=f"it could not start for {record['seconds']:.0f} s",
            cluster=others,
            seconds_since_remade=remake.seconds_since(settings.read_record(settings.remade_record)),
            seconds_since_handed_over=None,
            disk_full=disk.is_full(),
        )
    )
    if decision.action == "remake":
        remake.remake_while_stopped(decision.because)
    else:
        print(remake.complaint(decision), flush=True)
        settings.cannot_be_mended.touch()
