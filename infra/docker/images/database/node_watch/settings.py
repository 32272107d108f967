"""Where things are, and how long is too long."""

import json
import os
import pathlib

node = os.environ.get("NODE_NAME", "")
consensus_hosts = os.environ.get("CONSENSUS_HOSTS", "").split(",")
data_directory = pathlib.Path("/var/lib/postgresql/data/17")
binaries = pathlib.Path("/usr/lib/postgresql/17/bin")
secrets = pathlib.Path(os.environ.get("SECRETS_DIRECTORY", "/run/secrets"))
records = data_directory.parent / "node-watch"
"""Beside the data, so that they outlive it and the container."""
unhealthy_record = records / "unhealthy.json"
remade_record = records / "remade.json"
handed_over_record = records / "handed-over.json"
pages_record = records / "pages.json"
reserve = records / "reserve"
"""Space for a full disk; see reserve.py."""
read_only_settings = records / "read-only.conf"
cannot_be_mended = pathlib.Path("/run/patroni/cannot-be-mended")
"""There while a node that cannot start cannot be remade either."""

metrics_port = 9102

look_every_seconds = 5
request_timeout_seconds = 2
broken_after_seconds = 120
"""Without being healthy and without getting on, while another node is the primary."""
primary_writes_after_seconds = 10
"""Of a replica that gets no further."""
between_remakes_seconds = 3600
between_handovers_seconds = 600
starts_in_vain = 3
"""In a row, in none of which Patroni answered."""
starts_together_seconds = 90
"""Docker waits a minute at most between two starts: after longer, the node was stopped and has a new chance."""

reserve_bytes = 64 << 20
reserve_every_seconds = 0.5
"""Faster than a service fills the segments of the log that are there already."""
hand_over_full_disk_after_seconds = 2
hand_over_least_bytes = 256 << 20
"""That a standby has to have left."""

pages_rate_megabytes = 10
"""A second, for a gigabyte in some 100 s."""
pages_pause_seconds = 60
pages_second_look_seconds = 10


def read_record(path: pathlib.Path) -> dict:
    """Empty where there is none."""
    try:
        found = json.loads(path.read_text())
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def write_record(path: pathlib.Path, record: dict) -> None:
    """Whole or not at all."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(record))
    beside.replace(path)
