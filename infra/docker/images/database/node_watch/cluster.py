"""The other nodes: who leads, who is its synchronous standby, and what their watchers know of their pages."""

import base64
import dataclasses
import json
import re
import urllib.error
import urllib.parse
import urllib.request

from . import consensus, settings


@dataclasses.dataclass(frozen=True)
class Pages:
    """What a node's watcher says of its pages."""

    damaged_blocks: int
    checked: bool
    """Whether every page has been looked at once."""


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    pages: Pages | None
    """None when its watcher does not answer."""
    has_space: bool = False
    """Whether its watcher says that it takes writes, and that its disk has room for some time of them."""


@dataclasses.dataclass(frozen=True)
class Cluster:
    paused: bool = False
    primary: Peer | None = None
    """Another node that holds the leader key and whose Patroni says that it is the primary."""
    standby: Peer | None = None
    """The synchronous standby of this node, in consensus and by its own word."""


def look() -> Cluster:
    """What cannot be asked is not there."""
    try:
        return _look()
    except (OSError, ValueError, KeyError):
        return Cluster()


def _look() -> Cluster:
    leader = consensus.read("leader")
    paused = bool(consensus.read_json("config").get("pause"))
    if leader and leader[0] != settings.node:
        return Cluster(paused, primary=_peer(leader[0], "primary"))
    recorded = consensus.read_json("sync")
    names = [name for name in (recorded.get("sync_standby") or "").split(",") if name]
    if not leader or recorded.get("leader") != settings.node:
        return Cluster(paused)
    standbys = (_peer(name, "synchronous") for name in names)
    return Cluster(paused, standby=next((standby for standby in standbys if standby), None))


def _peer(name: str, role: str) -> Peer | None:
    """None unless its Patroni says that it has this role."""
    address = urllib.parse.urlsplit(consensus.read_json(f"members/{name}")["api_url"])
    try:
        with urllib.request.urlopen(f"http://{address.netloc}/{role}", timeout=settings.request_timeout_seconds):
            metrics = _metrics(address.hostname or "")
            return Peer(name, read_pages(metrics), has_space(metrics))
    except OSError:
        return None


def primary_host() -> str | None:
    """Of another node that holds the leader key; None when this one does. @throws OSError when nobody is known to."""
    leader = consensus.read("leader")
    if not leader:
        raise OSError("nobody holds the leader key")
    if leader[0] == settings.node:
        return None
    return urllib.parse.urlsplit(consensus.read_json(f"members/{leader[0]}").get("api_url", "")).hostname


def _metrics(host: str) -> str:
    """Of its watcher; empty when that does not answer."""
    url = f"http://{host}:{settings.metrics_port}/metrics"
    try:
        with urllib.request.urlopen(url, timeout=settings.request_timeout_seconds) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def read_pages(metrics: str) -> Pages | None:
    damaged = re.search(r"^capstone_node_pages_damaged_blocks (\d+)", metrics, re.MULTILINE)
    checked = re.search(r"^capstone_node_pages_last_pass_timestamp_seconds \d", metrics, re.MULTILINE)
    return Pages(int(damaged[1]), checked is not None) if damaged else None


def has_space(metrics: str) -> bool:
    """What fills one disk often fills the other in the same minute: a standby that is nearly full is no way out."""
    takes_writes = re.search(r"^capstone_node_refuses_writes 0$", metrics, re.MULTILINE)
    available = re.search(r"^capstone_node_disk_available_bytes (\d+)$", metrics, re.MULTILINE)
    return bool(takes_writes and available and int(available[1]) >= settings.hand_over_least_bytes)


def ask_patroni(
    path: str, body: dict | None = None, timeout_seconds: float = settings.request_timeout_seconds
) -> str:
    """
    Asks this node's Patroni, with its password where it is told to do something.
    @throws OSError that says what it answered when that was no success.
    """
    request = urllib.request.Request(f"http://127.0.0.1:8008{path}")
    data = None
    if body is not None:
        password = (settings.secrets / "patroni-password").read_text()
        request.add_header("authorization", f"Basic {base64.b64encode(f'patroni:{password}'.encode()).decode()}")
        request.add_header("content-type", "application/json")
        data = json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, data, timeout=timeout_seconds) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        said = error.read().decode()
        if body is None:
            return said
        raise OSError(f"Patroni answers {error.code}: {said}") from error
