"""What the witness reads from etcd, and the one thing that it writes there."""

import base64
import json
import time
import urllib.request

SCOPE = "/service/capstone/"


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Consensus:
    """Asks any member that answers; each answer comes from a quorum."""

    def __init__(self, hosts: list[str], timeout_seconds: float) -> None:
        self.hosts = hosts
        self.timeout_seconds = timeout_seconds

    def call(self, path: str, body: dict) -> dict:
        failure: Exception = OSError("no member is named")
        for host in list(self.hosts):
            request = urllib.request.Request(f"http://{host}/v3/{path}", json.dumps(body).encode())
            try:
                with urllib.request.urlopen(request, timeout=self.timeout_seconds) as answer:
                    return json.load(answer)
            except OSError as error:
                failure = error
                self.hosts.append(self.hosts.pop(0))
        raise failure

    def read(self) -> dict[str, dict]:
        """Patroni's keys by their names, each with its value and revision; `ttl` of the leader's lease."""
        end = SCOPE[:-1] + chr(ord("/") + 1)
        found = self.call("kv/range", {"key": encode(SCOPE), "range_end": encode(end)}).get("kvs", [])
        keys = {base64.b64decode(one["key"]).decode()[len(SCOPE) :]: one for one in found}
        for one in keys.values():
            one["value"] = base64.b64decode(one.get("value", "")).decode()
        if "leader" in keys:
            keys["leader"]["ttl"] = self.call("lease/timetolive", {"ID": keys["leader"]["lease"]})
        return keys

    def delete_leader(self, leader_revision: str, sync_revision: str) -> bool:
        """Deletes the leader key if it and /sync are still what was judged. Whether it did."""
        key = encode(SCOPE + "leader")
        compare = [
            {"key": key, "target": "MOD", "result": "EQUAL", "mod_revision": leader_revision},
            {"key": encode(SCOPE + "sync"), "target": "MOD", "result": "EQUAL", "mod_revision": sync_revision},
        ]
        deleted = self.call("kv/txn", {"compare": compare, "success": [{"requestDeleteRange": {"key": key}}]})
        return bool(deleted.get("succeeded"))


def switch_over(address: str, login: str, leader: str, candidate: str) -> None:
    """Asks Patroni for a clean handover. It answers when that is done, which is not waited for."""
    body = json.dumps({"leader": leader, "candidate": candidate}).encode()
    request = urllib.request.Request(f"http://{address}/switchover", body, method="POST")
    request.add_header("authorization", "Basic " + encode(login))
    request.add_header("content-type", "application/json")
    try:
        urllib.request.urlopen(request, timeout=1).close()
    except TimeoutError:
        time.sleep(0)
