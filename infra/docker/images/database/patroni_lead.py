"""
What Patroni does differently here, so that the lead may be taken from a primary at any moment, by the witness or because
a short lease ended early, and nothing that was acknowledged is lost. Patroni 4.0.7 leans on a lease that is long enough
for the former primary to have noticed. docs/witness.md has the argument; the model that it is checked with drops each of
the first three in turn and finds the write that is lost then.
"""

import threading
import time

from patroni.config import Config
from patroni.dcs import catch_return_false_exception
from patroni.dcs.etcd3 import Etcd3, Etcd3Error, PatroniEtcd3Client, base64_encode
from patroni.ha import Ha

LEAST_TTL_SECONDS = 8
NEIGHBOUR_SECONDS = 1
UNCONFIRMED_SECONDS = 2.0


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

# 4. A primary tells the proxies that it leads only while that is certain: consensus confirmed it within 2 s, or every other node
#    answers and does not lead either. One that was stopped in its tracks, or cut off from consensus and its standby but not
#    from clients, would answer reads from before to the end of its lease.


class Pulse(threading.Thread):
    """Notices that this process did not run for a while, or that consensus says nothing."""

    def __init__(self, ha: Ha) -> None:
        super().__init__(daemon=True)
        self.ha = ha
        self.beat = self.confirmed = time.monotonic()

    def stopped(self) -> bool:
        return time.monotonic() - self.beat > UNCONFIRMED_SECONDS

    def run(self) -> None:
        while True:
            doubt = self.stopped() or time.monotonic() - self.confirmed > UNCONFIRMED_SECONDS
            if doubt and is_leader(self.ha) and (self.stopped() or not self.others_follow()):
                self.ha.set_is_leader(False)
                self.ha.wakeup()
            self.beat = time.monotonic()
            time.sleep(0.2)

    def others_follow(self) -> bool:
        cluster = self.ha.cluster
        others = [one for one in (cluster.members if cluster else []) if one.name != self.ha.state_handler.name]
        return all(self.follows(one) for one in others if one.api_url)

    def follows(self, member) -> bool:
        try:
            return self.ha.patroni.request(member, "get", "primary", timeout=NEIGHBOUR_SECONDS, retries=0).status != 200
        except Exception:  # whatever keeps it from answering
            return False


is_leader, set_is_leader, make = Ha.is_leader, Ha.set_is_leader, Ha.__init__


def make_with_pulse(self: Ha, *args, **kwargs) -> None:
    self.pulse = Pulse(self)
    make(self, *args, **kwargs)
    self.pulse.start()


def set_is_leader_and_note(self: Ha, value: bool) -> None:
    if value:
        self.pulse.confirmed = time.monotonic()
    set_is_leader(self, value)


def is_leader_and_awake(self: Ha) -> bool:
    return is_leader(self) and not self.pulse.stopped()


Ha.__init__, Ha.set_is_leader, Ha.is_leader = make_with_pulse, set_is_leader_and_note, is_leader_and_awake

# 5. The least lease. Patroni's 20 s is a bound on what may be configured (config.py), against false alarms; its protocol asks
#    for loop_wait + 2 * retry_timeout <= ttl, here 7. One second more is the margin of failsafe mode.

adjust = Config._Config__get_and_maybe_adjust_int_value


def adjust_with_short_lease(self, config, param, min_value) -> int:
    return adjust(self, config, param, LEAST_TTL_SECONDS if param == "ttl" else min_value)


Config._Config__get_and_maybe_adjust_int_value = adjust_with_short_lease

# 6. A standby that is to take over asks the former primary how it is, and waits for a silent one. Here 1 s, not 2.


class Impatient:
    """What that needs of its Ha, with a shorter timeout."""

    def __init__(self, ha: Ha) -> None:
        self.ha = ha
        self.patroni = self

    def request(self, *args, **kwargs):
        return self.ha.patroni.request(*args, **{**kwargs, "timeout": NEIGHBOUR_SECONDS})


fetch_node_status = Ha.fetch_node_status
Ha.fetch_node_status = lambda self, member: fetch_node_status(Impatient(self), member)

# 7. A primary that stops because it reaches nobody says so at once, and not when Postgres has stopped, which waits for a
#    standby that it does not reach either: the proxies send it no more reads.

demote = Ha.demote


def demote_and_say_so(self: Ha, mode: str):
    if mode == "offline":
        self.set_is_leader(False)
    return demote(self, mode)


Ha.demote = demote_and_say_so
