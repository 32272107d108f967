"""When a node is remade from its peer, or hands over first; and doing it."""

import contextlib
import dataclasses
import shutil
import time

from . import cluster, settings


@dataclasses.dataclass(frozen=True)
class Situation:
    is_primary: bool
    broken: str | None
    """Why it is to be remade, in words; None while nothing is wrong."""
    cluster: cluster.Cluster
    seconds_since_remade: float | None
    seconds_since_handed_over: float | None
    damaged: bool = False
    """Whether its pages are what is wrong: then its peer's have to be known to be sound."""
    disk_full: bool = False
    """Then a copy would not fit either, and what is there is better than nothing."""


@dataclasses.dataclass(frozen=True)
class Decision:
    action: str | None = None
    """`remake` or `hand over`."""
    because: str = ""
    cannot: str | None = None
    """Why nothing is done although something is wrong."""


def complaint(decision: Decision) -> str | None:
    if decision.cannot is None:
        return None
    return f"{settings.node} cannot be mended: {decision.because}, and {decision.cannot}."


def decide(situation: Situation) -> Decision:
    if situation.broken is None:
        return Decision()
    decided = _decide_primary(situation) if situation.is_primary else _decide_replica(situation)
    return dataclasses.replace(decided, because=situation.broken)


def _decide_primary(situation: Situation) -> Decision:
    standby = situation.cluster.standby
    if situation.cluster.paused:
        return Decision(cannot="the cluster is paused")
    if standby is None:
        return Decision(cannot="there is no synchronous standby to hand over to")
    if reason := _unsound(standby, must_be_checked=True):
        return Decision(cannot=reason)
    if _is_recent(situation.seconds_since_handed_over, settings.between_handovers_seconds):
        return Decision(cannot="it has handed over only just now")
    return Decision("hand over")


def _decide_replica(situation: Situation) -> Decision:
    primary = situation.cluster.primary
    if situation.cluster.paused:
        return Decision(cannot="the cluster is paused")
    if primary is None:
        return Decision(cannot="no other node is the primary")
    if situation.disk_full:
        return Decision(cannot="its disk is full")
    if reason := _unsound(primary, must_be_checked=situation.damaged):
        return Decision(cannot=reason)
    if _is_recent(situation.seconds_since_remade, settings.between_remakes_seconds):
        return Decision(cannot="it was remade within the last hour")
    return Decision("remake")


def _unsound(peer: cluster.Peer, must_be_checked: bool) -> str | None:
    if peer.pages is None:
        return f"whether the pages of {peer.name} are sound could not be asked"
    if peer.pages.damaged_blocks > 0:
        return f"pages of {peer.name} are damaged too, so nothing is thrown away"
    if must_be_checked and not peer.pages.checked:
        return f"the pages of {peer.name} have not all been checked yet"
    return None


def _is_recent(seconds: float | None, least: float) -> bool:
    return seconds is not None and seconds < least


def seconds_since(record: dict) -> float | None:
    return time.time() - record["at"] if "at" in record else None


def remake_while_stopped(because: str) -> None:
    """Patroni does not run: without its data it makes the node anew from the primary."""
    _note(because)
    shutil.rmtree(settings.data_directory)


def reinitialize(because: str) -> None:
    """@throws OSError when Patroni refuses."""
    cluster.ask_patroni("/reinitialize", {"force": True}, timeout_seconds=30)
    _note(because)


def hand_over(standby: str, because: str) -> None:
    """@throws OSError when Patroni refuses."""
    # On a full disk there may be no room even for this.
    with contextlib.suppress(OSError):
        settings.write_record(settings.handed_over_record, {"at": time.time(), "because": because})
    cluster.ask_patroni("/switchover", {"leader": settings.node, "candidate": standby}, timeout_seconds=60)
    print(f"{settings.node} hands over to {standby}: {because}.", flush=True)


def _note(because: str) -> None:
    settings.write_record(settings.remade_record, {"at": time.time(), "because": because})
    settings.unhealthy_record.unlink(missing_ok=True)
    print(f"{settings.node} is remade from the primary: {because}.", flush=True)
