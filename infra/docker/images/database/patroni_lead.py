"""
What Patroni does differently here, so that the leader lease may be short: it may end at any moment, whatever its holder
believes, and nothing that was acknowledged is lost. Patroni 4.0.7 leans on a lease that is long enough for a former primary to
have noticed. tests/unit/infra/docker/leader-lease explores every interleaving; with any of the first three left out it finds
the write that is lost.

Why nothing is lost, by what Postgres, etcd and Patroni (ha.py, dcs/etcd3.py) do:
- A commit is acknowledged when the standby in synchronous_standby_names has it on disk. Patroni enters a standby in /sync last
  and takes it out first, so whoever /sync names has every acknowledged write.
- A standby takes a vacant lead only if /sync names it, and before it is promoted it writes itself into /sync, alone.
- A promoted standby ends its walreceiver. The former primary, whatever it believes, gets no confirmation from then on and
  acknowledges nothing; to go on alone it would have to write /sync first.
- etcd's transactions compare and write in one.
Nobody may switch synchronous_mode off: taking /sync away is not guarded.
What is left are two nodes that both read consensus a moment ago. The first three changes compare what they read.
"""

import sys

from patroni.dcs import catch_return_false_exception
from patroni.dcs.etcd3 import Etcd3, Etcd3Error, PatroniEtcd3Client, base64_encode
from patroni.ha import Ha
from patroni.version import __version__

# What is replaced here is internal to Patroni: another version has to be read first, and the model compared with it.
if __version__ != "4.0.7":
    sys.exit(f"Patroni is {__version__}; what is changed in it was written for 4.0.7")

NEIGHBOUR_SECONDS = 1


def unchanged_sync(etcd3: Etcd3) -> dict:
    """That /sync still is what this node saw when it found itself fit to lead."""
    seen = getattr(etcd3, "seen_sync_version", None)
    version = {"target": "CREATE", "create_revision": "0"} if seen is None else {"target": "MOD", "mod_revision": str(seen)}
    return {"key": base64_encode(etcd3.sync_path), **version}


def leads(etcd3: Etcd3) -> dict:
    return {"key": base64_encode(etcd3.leader_path), "target": "VALUE", "value": base64_encode(etcd3._name)}


# 1. A vacant lead is taken, and /sync is written, only in one's known state of the other.

put = PatroniEtcd3Client.put


def guarded_put(self, key, value, lease=None, create_revision=None, mod_revision=None, *, retry=None):
    etcd3 = self._etcd3
    written = {"key": base64_encode(key), "value": base64_encode(value)}
    if key == etcd3.leader_path and create_revision == "0":
        vacant = {"key": written["key"], "target": "CREATE", "create_revision": "0"}
        return guarded_txn(self, [vacant, unchanged_sync(etcd3)], {**written, "lease": lease}, retry)
    if key == etcd3.sync_path:
        known = {"key": written["key"], "target": "MOD", "mod_revision": mod_revision}
        return guarded_txn(self, [leads(etcd3), *([known] if mod_revision is not None else [])], written, retry)
    return put(self, key, value, lease, create_revision, mod_revision, retry=retry)


def guarded_txn(client, compare, written, retry) -> dict:
    answer = client.call_rpc("/kv/txn", {"compare": compare, "success": [{"request_put": written}]}, retry)
    if answer.get("succeeded"):
        return answer
    client._restart_watcher()  # as Patroni does: what it knew was out of date
    return {}


PatroniEtcd3Client.put = guarded_put

# 2. Renewing the lease asks consensus whether the lead is still one's own. By itself Patroni looks that up in its copy,
#    and makes the key anew when it is gone.


def update_leader(self, leader) -> bool:
    retry = self._retry.copy()

    def again(*args, **kwargs):
        kwargs["retry"] = retry
        return retry(*args, **kwargs)

    self._run_and_handle_exceptions(self._do_refresh_lease, True, retry=again)
    if not self._lease:
        return False
    retry.ensure_deadline(1, Etcd3Error("update_leader timeout"))
    mine = leads(self)
    taken = {"request_put": {"key": mine["key"], "value": mine["value"], "lease": self._lease}}
    kept = {"request_range": {"key": mine["key"], "keys_only": True}} if leader.session == self._lease else taken
    vacant = {"key": mine["key"], "target": "CREATE", "create_revision": "0"}
    retaken = {"request_txn": {"compare": [vacant, unchanged_sync(self)], "success": [taken]}}
    answer = self._run_and_handle_exceptions(self._client.txn, mine, kept, retaken, retry=again)
    if answer.get("succeeded"):
        return True
    if answer.get("responses", [{}])[0].get("response_txn", {}).get("succeeded"):
        self._client._restart_watcher()
        return True
    return False


Etcd3._update_leader = catch_return_false_exception(update_leader)

acquire_lock, update_lock = Ha.acquire_lock, Ha.update_lock


def with_seen_sync(take):
    def taking(self: Ha, *args, **kwargs):
        self.dcs.seen_sync_version = self.cluster.sync.version
        return take(self, *args, **kwargs)

    return taking


Ha.acquire_lock, Ha.update_lock = with_seen_sync(acquire_lock), with_seen_sync(update_lock)

# 3. A node that still runs as primary takes a vacant lead only when /sync names it. Patroni asks its timeline only, which a
#    successor that just began has not written down yet.

is_healthiest_node = Ha.is_healthiest_node


def is_named_and_healthiest(self: Ha) -> bool:
    decides = self.sync_mode_is_active() and not self.is_quorum_commit_mode() and not self.is_paused()
    if decides and self.state_handler.is_primary() and not self.cluster.sync.matches(self.state_handler.name, True):
        return False
    return is_healthiest_node(self)


Ha.is_healthiest_node = is_named_and_healthiest

# 4. A standby that is to take over asks the former primary how it is, and waits for a silent one. Here 1 s, not 2.


class Impatient:
    """What that needs of its Ha, with a shorter timeout."""

    def __init__(self, ha: Ha) -> None:
        self.ha = ha
        self.patroni = self

    def request(self, *args, **kwargs):
        return self.ha.patroni.request(*args, **{**kwargs, "timeout": NEIGHBOUR_SECONDS})


fetch_node_status = Ha.fetch_node_status
Ha.fetch_node_status = lambda self, member: fetch_node_status(Impatient(self), member)
