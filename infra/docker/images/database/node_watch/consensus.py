"""What Patroni keeps in etcd, read and deleted without Patroni."""

import base64
import json
import urllib.request

from . import settings

scope = "/service/capstone"
timeout_seconds = 1


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def call(name: str, body: dict) -> dict:
    """Asks the members in turn; raises what the last of them failed with."""
    failure: Exception = OSError("no member is named")
    for host in settings.consensus_hosts:
        request = urllib.request.Request(f"http://{host}/v3/kv/{name}", json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:
                return json.load(answer)
        except OSError as error:
            failure = error
    raise failure


def read(key: str) -> tuple[str, str] | None:
    """The value of a key and its revision."""
    found = call("range", {"key": encode(f"{scope}/{key}")}).get("kvs")
    return (base64.b64decode(found[0]["value"]).decode(), found[0]["mod_revision"]) if found else None


def read_json(key: str) -> dict:
    """Empty where the key is not there."""
    found = read(key)
    return json.loads(found[0]) if found else {}


def delete_unchanged(key: str, revision: str) -> bool:
    """Deletes a key as it was read; @returns Whether it still was so."""
    encoded = encode(f"{scope}/{key}")
    deleted = call(
        "txn",
        {
            "compare": [{"key": encoded, "target": "MOD", "result": "EQUAL", "mod_revision": revision}],
            "success": [{"requestDeleteRange": {"key": encoded}}],
        },
    )
    return bool(deleted.get("succeeded"))
