"""Whether this node does its work, and for how long it has not."""

import json
import pathlib
import re

from . import cluster, settings


def ask() -> dict:
    """What Patroni says of this node; empty while it does not answer."""
    try:
        found = json.loads(cluster.ask_patroni("/patroni"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def is_primary(said: dict) -> bool:
    return said.get("role") == "primary"


def is_healthy(said: dict) -> bool:
    """A primary that runs, or a replica that streams from one."""
    return said.get("state") == "running" and (is_primary(said) or said.get("replication_state") == "streaming")


def advance(record: dict, now: float, peer_is_primary: bool, reached: dict[str, int]) -> dict:
    """
    The record of a node that is not healthy, one look later: `{"seconds", "seenAt", "reached"}`. Only time counts in
    which another node was the primary, this one was not stopped, and it got no further than ever before: one that
    replays its log for an hour is not broken, one that dies at the same place each time is.
    """
    elapsed = now - record.get("seenAt", now)
    before = record.get("reached", {})
    further = {name: max(place, before.get(name, 0)) for name, place in reached.items()}
    got_on = any(place > before.get(name, 0) for name, place in further.items())
    starts_anew = not peer_is_primary or got_on or not 0 <= elapsed <= settings.starts_together_seconds
    seconds = 0 if starts_anew else record.get("seconds", 0) + elapsed
    return {"seconds": seconds, "seenAt": now, "reached": {**before, **further}}


def start(record: dict, now: float, peer_is_primary: bool) -> dict:
    """The record when the node starts once more: `starts` counts those since Patroni last answered."""
    return {**advance(record, now, peer_is_primary, {}), "starts": record.get("starts", 0) + 1}


def is_broken(record: dict) -> bool:
    return record.get("seconds", 0) >= settings.broken_after_seconds


class Progress:
    """How far this node has got: in its log, and in copying."""

    def __init__(self) -> None:
        self._copying: set[str] = set()
        self._copies = 0

    def reached(self, said: dict, processes: dict[str, str]) -> dict[str, int]:
        """
        @param said What Patroni says of the node.
        @param processes Command lines by process id.
        """
        copying = {pid for pid, command in processes.items() if re.match(r"(\S*/)?pg_(basebackup|rewind)\b", command)}
        # One that was there before is at work; one that fails at once and is tried again has another id.
        self._copies += bool(copying & self._copying)
        self._copying = copying
        segments = (re.search(r"startup recovering ([0-9A-F]{24})", command) for command in processes.values())
        found = {
            "replayed": int((said.get("xlog") or {}).get("replayed_location") or 0),
            "segment": max((int(match[1][8:], 16) for match in segments if match), default=0),
            "copies": self._copies,
        }
        return {name: place for name, place in found.items() if place}


def processes() -> dict[str, str]:
    """Every command line in this container, by process id."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            found[folder.name] = (folder / "cmdline").read_text(errors="replace").replace("\0", " ").strip()
        except OSError:
            continue
    return found
