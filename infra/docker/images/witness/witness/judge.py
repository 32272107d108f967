"""What the witness does about what it sees: a function of the looks, and of nothing else. Times are ages in seconds."""

from dataclasses import dataclass, field

# A look counts as failing from the start of the first attempt that got no good answer.
LEASE_SECONDS = 2
SILENT_SECONDS = 1.5
UNHEARD_SECONDS = 2.0
UNSERVED_SECONDS = 3.0
UNSERVED_DIRECTLY_SECONDS = 1.5
# An answer older than this is none.
FRESH_SECONDS = 1.0
# What stands for less than this may still be settling: a start, a takeover, a standby that was just entered.
STARTED_SECONDS = 10
LEADER_SECONDS = 10
SYNC_SECONDS = 3
COOL_DOWN_SECONDS = 30
STREAMED_SECONDS = 6
# So long has everything else to have answered at once: on a starved machine a primary that is slow is only one of many.
STEADY_SECONDS = 5
# … until not one commit has got through for so long, on either way: that is more than slow.
CERTAIN_SECONDS = 8
NEVER = 1e9


@dataclass(frozen=True)
class Place:
    """One place that the primary, or the standby, is looked at from."""

    good: float = NEVER  # since its last good answer
    failing: float = 0.0  # since the first attempt after that; 0 while it answers well, and before it was asked
    said: str = ""
    steady: float = NEVER  # since an answer last failed or was slow


@dataclass(frozen=True)
class Looks:
    """Everything that is seen in one moment."""

    # Itself.
    started: float = NEVER
    punctual: float = NEVER  # since it last ran late: what it missed then, it missed by itself
    acted: float = NEVER
    # Consensus, read from a quorum.
    consensus: Place = field(default_factory=Place)
    leader: str | None = None
    leader_age: float = NEVER
    unrenewed: int = 0  # whole seconds since the lease was renewed
    standby: str | None = None  # in /sync, under this leader
    sync_age: float = NEVER
    paused: bool = False
    handing_over: bool = False  # somebody has asked for a switchover or failover
    # The primary.
    patroni: Place = field(default_factory=Place)  # over the cluster network; said: its role and state
    proxied: Place = field(default_factory=Place)  # as the proxies ask it, over the data network: 200 while it leads
    write: Place = field(default_factory=Place)  # a commit through the edge, as clients go
    direct: Place = field(default_factory=Place)  # a commit without the edge
    # The standby.
    standby_patroni: Place = field(default_factory=Place)
    streamed: float = NEVER  # since it last said that it streams
    standby_query: Place = field(default_factory=Place)
    unheard: float = 0.0  # since its walreceiver last heard the primary, as it says


@dataclass(frozen=True)
class Verdict:
    act: str  # "none", "delete-leader-key" or "switchover"
    reason: str


def judge(looks: Looks) -> Verdict:
    suspicion = suspect(looks)
    if not suspicion:
        return Verdict("none", "the primary serves")
    act, what = suspicion
    held = hold_back(looks) or (cannot_take_over_now(looks) if act == "switchover" else None)
    return Verdict("none", f"{what}; held back: {held}") if held else Verdict(act, what)


def suspect(looks: Looks) -> tuple[str, str] | None:
    unserved = looks.write.failing >= SILENT_SECONDS
    unheard = looks.standby_query.good < FRESH_SECONDS and looks.unheard >= UNHEARD_SECONDS
    silent = looks.unrenewed >= LEASE_SECONDS and looks.patroni.failing >= SILENT_SECONDS
    # One that still says to the proxies that it leads may still answer reads: its successor has to wait for it.
    if silent and looks.proxied.failing > 0 and (unserved or unheard):
        return "delete-leader-key", "the primary is silent"
    renews = looks.unrenewed < LEASE_SECONDS and looks.patroni.good < FRESH_SECONDS
    unserved = looks.write.failing >= UNSERVED_SECONDS and looks.direct.failing >= UNSERVED_DIRECTLY_SECONDS
    if renews and unserved:
        return "switchover", "the primary lives and does not serve"
    return None


def hold_back(looks: Looks) -> str | None:
    """Why nothing may be done, whatever is seen of the primary."""
    standby = looks.standby_patroni
    certain = min(looks.write.failing, looks.direct.failing) >= CERTAIN_SECONDS
    reasons = {
        "it has just started": looks.started < STARTED_SECONDS,
        "it ran late itself": looks.punctual < 2 * UNSERVED_SECONDS,
        "it has acted a moment ago": looks.acted < COOL_DOWN_SECONDS,
        "it reaches no quorum of consensus": looks.consensus.good >= FRESH_SECONDS,
        "nobody leads": looks.leader is None,
        "the leader is new": looks.leader_age < LEADER_SECONDS,
        "Patroni is paused": looks.paused,
        "Postgres is starting or stopping": any(at_work(place) for place in (looks.write, looks.direct)),
        "a handover is under way": looks.handing_over,
        "no standby is recorded as synchronous": looks.standby is None,
        "the record of the standby is new": looks.sync_age < SYNC_SECONDS,
        "the standby does not answer as a running replica": standby.good >= FRESH_SECONDS
        or standby.said != "replica running",
        "consensus is slow too": not certain and looks.consensus.steady < STEADY_SECONDS,
        "the standby is slow too": not certain and standby.steady < STEADY_SECONDS,
        "the standby did not stream": looks.streamed >= STREAMED_SECONDS,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def at_work(place: Place) -> bool:
    """What Postgres answers while it ends or begins: whoever told it to is in charge."""
    return place.failing > 0 and "the database system is" in place.said


def cannot_take_over_now(looks: Looks) -> str | None:
    """A living primary that does not serve is given up only for a standby that serves, beside it, in the same moment."""
    if looks.patroni.said != "primary running":
        return f"Patroni is at work on it ({looks.patroni.said})"
    if looks.standby_query.good >= FRESH_SECONDS:
        return "the standby answers no query either"
    if looks.unheard >= UNHEARD_SECONDS:
        return "the standby does not hear the primary"
    return None
