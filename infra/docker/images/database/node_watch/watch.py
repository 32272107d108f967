"""Looks at this node every few seconds and does what is decided."""

import threading
import time

from . import cluster, disk, flush, health, metrics, pages, remake, reserve, settings


def serve() -> None:
    state = metrics.State()
    metrics.serve_beside(state)
    threading.Thread(target=reserve.run_for_ever, daemon=True).start()
    threading.Thread(target=state.checker.run_for_ever, daemon=True).start()
    watcher = Watcher(state)
    while True:
        # First of all: what ends at once is the affair of the step before the next start.
        time.sleep(settings.look_every_seconds)
        try:
            watcher.look()
        except OSError as error:
            watcher.say(f"{settings.node} could not be looked after: {error}")


class Watcher:
    def __init__(self, state: metrics.State) -> None:
        self._state = state
        self._progress = health.Progress()
        self._said: str | None = None

    def say(self, sentence: str | None) -> None:
        """Once, not with every look."""
        if sentence is not None and sentence != self._said:
            print(sentence, flush=True)
        self._said = sentence

    def look(self) -> None:
        said = health.ask()
        if not said:
            # Not asked is not broken.
            return
        damaged = pages.damaged()
        healthy = health.is_healthy(said)
        others = cluster.Cluster() if healthy and not damaged else cluster.look()
        record = self._record(said, healthy, others)
        self._state.unhealthy_seconds = record.get("seconds", 0)
        decision = remake.decide(
            remake.Situation(
                is_primary=health.is_primary(said),
                broken=_what_is_wrong(record, damaged),
                cluster=others,
                seconds_since_remade=remake.seconds_since(settings.read_record(settings.remade_record)),
                seconds_since_handed_over=remake.seconds_since(settings.read_record(settings.handed_over_record)),
                damaged=bool(damaged),
                disk_full=disk.is_full(),
            )
        )
        self._state.cannot = decision.cannot
        self.say(remake.complaint(decision))
        if decision.action == "remake":
            remake.reinitialize(decision.because)
        elif decision.action == "hand over" and others.standby:
            remake.hand_over(others.standby.name, decision.because)

    def _record(self, said: dict, healthy: bool, others: cluster.Cluster) -> dict:
        if healthy:
            settings.unhealthy_record.unlink(missing_ok=True)
            return {}
        record = settings.read_record(settings.unhealthy_record)
        reached = self._progress.reached(said, health.processes())
        record = health.advance(record, time.time(), others.primary is not None, reached)
        settings.write_record(settings.unhealthy_record, record)
        if record["seconds"] >= settings.primary_writes_after_seconds:
            flush.have_primary_write()
        return record


def _what_is_wrong(record: dict, damaged: list[tuple[str, int]]) -> str | None:
    if health.is_broken(record):
        return f"it could not start or follow for {record['seconds']:.0f} s"
    if damaged:
        return f"pages are damaged, {len(damaged)} in all"
    return None
