"""The witness: looks, judges, acts, tells. docs/witness.md says why it is safe and what each wait is for."""

import json
import os
import threading
import time
from dataclasses import asdict
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .consensus import Consensus, switch_over
from .judge import NEVER, Looks, Place, judge
from .look import HEARD, WRITE, Watch, leads, patroni, query

FILES = os.environ.get("SECRETS_DIRECTORY", "/run/secrets")
ROUND_SECONDS = 0.2
LATE_SECONDS = 0.8


def read(name: str) -> str:
    with open(os.path.join(FILES, name), encoding="utf-8") as file:
        return file.read()


class Node:
    """A database node, looked at from both its networks."""

    def __init__(self, name: str, login: dict) -> None:
        self.streamed_at: float | None = None
        ask = patroni(f"{name}.cluster:8008")

        def role_and_state() -> str:
            said = ask()
            if said.get("replication_state") == "streaming":
                self.streamed_at = time.monotonic()
            return f"{said.get('role')} {said.get('state')}"

        self.patroni = Watch(role_and_state, 0.25)
        self.proxied = Watch(partial(leads, f"{name}:8008"), 0.25, wanted=False)
        self.direct = Watch(partial(query, login, name, 5432, WRITE), 0.5, wanted=False)
        self.heard = Watch(partial(query, login, name, 5432, HEARD), 0.25, wanted=False)

    def look_closer(self, as_primary: bool, as_standby: bool) -> None:
        for watch, wanted in ((self.proxied, as_primary), (self.direct, as_primary), (self.heard, as_standby)):
            if wanted != watch.wanted.is_set():
                watch.want(wanted)


class Witness:
    def __init__(self) -> None:
        login = {
            "user": os.environ["WITNESS_USER"],
            "password": read("witness-password"),
            "dbname": os.environ["DATABASE_NAME"],
            "sslmode": "disable",
            "application_name": "witness",
        }
        self.consensus = Consensus(os.environ["CONSENSUS_HOSTS"].split(","), timeout_seconds=0.6)
        self.nodes = {name: Node(name, login) for name in os.environ["DATABASE_NODES"].split(",")}
        self.write = Watch(partial(query, login, "edge", 5432, WRITE), 0.5)
        self.keys: dict[str, dict] = {}
        self.judged: dict[str, dict] = {}
        self.ages: dict[str, tuple[str, float]] = {}
        self.reading = Watch(self.read_keys, 0.25)
        self.started_at = self.round_at = time.monotonic()
        self.late_at = self.acted_at = -2 * NEVER
        self.told = ""
        self.counts = {"none": 0, "delete-leader-key": 0, "switchover": 0}
        self.looks = Looks()

    def read_keys(self) -> str:
        self.keys = self.consensus.read()
        for key in ("leader", "sync"):
            # A new leader is another holder, or the same one anew; a renewed lease is neither.
            mark = str(self.keys.get(key, {}).get("mod_revision"))
            if self.ages.get(key, ("",))[0] != mark:
                first = key not in self.ages
                self.ages[key] = (mark, -2 * NEVER if first else time.monotonic())
        return "quorum"

    def look(self) -> Looks:
        now = time.monotonic()
        keys = self.judged = self.keys
        leader = keys.get("leader")
        sync = json.loads(keys["sync"]["value"]) if "sync" in keys else {}
        holder = leader["value"] if leader else None
        standbys = [name for name in (sync.get("sync_standby") or "").split(",") if name in self.nodes]
        standby = standbys[0] if standbys and sync.get("leader") == holder else None
        ttl = leader["ttl"] if leader else {}
        on, by = self.nodes.get(holder or ""), self.nodes.get(standby or "")
        heard = by.heard.place() if by else Place()
        config = json.loads(keys["config"]["value"]) if "config" in keys else {}
        return Looks(
            started=now - self.started_at,
            punctual=now - self.late_at,
            acted=now - self.acted_at,
            consensus=self.reading.place(),
            leader=holder,
            leader_age=now - self.ages.get("leader", ("", now))[1],
            unrenewed=max(0, int(ttl.get("grantedTTL", 0)) - 1 - int(ttl.get("TTL", 0))) if leader else 0,
            standby=standby,
            sync_age=now - self.ages.get("sync", ("", now))[1],
            paused=bool(config.get("pause")),
            handing_over="failover" in keys and keys["failover"]["value"] not in ("", "{}"),
            patroni=on.patroni.place() if on else Place(),
            proxied=on.proxied.place() if on else Place(),
            write=self.write.place(),
            direct=on.direct.place() if on else Place(),
            standby_patroni=by.patroni.place() if by else Place(),
            streamed=now - by.streamed_at if by and by.streamed_at else NEVER,
            standby_query=heard,
            unheard=float(heard.said) if by and heard.failing == 0 and number(heard.said) else 0.0,
        )

    def round(self) -> None:
        now = time.monotonic()
        if now - self.round_at > LATE_SECONDS:
            self.late_at = now
        self.round_at = now
        looks = self.looks = self.look()
        closer = looks.unrenewed >= 1 or looks.patroni.failing > 0.4 or looks.write.failing > 0.4
        for name, node in self.nodes.items():
            node.look_closer(closer and name == looks.leader, closer and name == looks.standby)
        verdict = judge(looks)
        self.counts[verdict.act] += 1
        if verdict.act != "none":
            self.acted_at = now
            outcome = self.act(verdict.act, looks)
            self.tell(verdict.act, f"{verdict.reason}: {outcome}", looks)
        elif verdict.reason != self.told:
            self.tell("none", verdict.reason, looks)
        self.told = verdict.reason

    def act(self, act: str, looks: Looks) -> str:
        try:
            if act == "switchover":
                login = f"patroni:{read('patroni-password')}"
                switch_over(f"{looks.leader}.cluster:8008", login, looks.leader or "", looks.standby or "")
                return f"asked Patroni to hand over to {looks.standby}"
            revisions = (self.judged[key]["mod_revision"] for key in ("leader", "sync"))
            deleted = self.consensus.delete_leader(*revisions)
            return f"took the lead from {looks.leader}" if deleted else "the leader or its standby has changed"
        except (OSError, KeyError) as error:
            return f"failed: {error}"

    def tell(self, act: str, reason: str, looks: Looks) -> None:
        moment = time.strftime("%FT%TZ", time.gmtime())
        print(json.dumps({"time": moment, "act": act, "reason": reason, "looks": rounded(asdict(looks))}))

    def metrics(self) -> str:
        looks = self.looks
        lines = [f'capstone_witness_rounds_total{{act="{act}"}} {count}' for act, count in self.counts.items()]
        places = {"patroni": looks.patroni, "write": looks.write, "consensus": looks.consensus}
        lines += [f'capstone_witness_failing_seconds{{place="{k}"}} {v.failing:.2f}' for k, v in places.items()]
        lines.append(f"capstone_witness_lease_unrenewed_seconds {looks.unrenewed}")
        lines.append(f"capstone_witness_suspects {int(self.told not in ('', 'the primary serves'))}")
        return "\n".join(lines) + "\n"


def rounded(looks):
    if isinstance(looks, dict):
        return {key: rounded(value) for key, value in looks.items() if value not in ("", None)}
    return "never" if isinstance(looks, float) and looks >= NEVER else round(looks, 2) if isinstance(looks, float) else looks


def number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def serve_metrics(witness: Witness) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            alive = time.monotonic() - witness.round_at < 3
            self.send_response(200 if alive else 503)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.end_headers()
            if self.path == "/metrics":
                self.wfile.write(witness.metrics().encode())

        def log_message(self, *_args) -> None:
            pass

    server = ThreadingHTTPServer(("", int(os.environ["METRICS_PORT"])), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main() -> None:
    witness = Witness()
    serve_metrics(witness)
    while True:
        witness.round()
        time.sleep(ROUND_SECONDS)


main()
