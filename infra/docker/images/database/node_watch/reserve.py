"""
Space kept for the moment when the disk is full, and given up then.

Postgres that has no room for the next segment of its log ends, cannot start, and takes every read with it. So before that
this node refuses writes and nothing else, until there is space again; what it still writes by itself, and a start, find
room in what was kept. A primary whose synchronous standby has space hands over to it.
"""

import os
import signal
import subprocess
import time

from . import cluster, disk, remake, settings

mark = "# until there is space\n"
lines = "".join(
    f"{setting} {mark}"
    for setting in (
        "default_transaction_read_only = on",
        # Reading writes to the log as well, where it sets hints on pages: not a whole segment of it every few seconds.
        "archive_timeout = 0",
        "autovacuum = off",
    )
)
enough_bytes = 2 * settings.reserve_bytes
"""Left with that, the reserve is kept again, and writes are taken."""


def run_for_ever() -> None:
    said = None
    keeper = Keeper()
    while True:
        try:
            keeper.look()
            said = None
        except OSError as error:
            if str(error) != said:
                print(f"{settings.node}: what is kept for a full disk could not be looked after: {error}", flush=True)
            said = str(error)
        time.sleep(settings.reserve_every_seconds)


class Keeper:
    def __init__(self) -> None:
        self._hand_over_at: float | None = None

    def look(self) -> None:
        found = disk.look()
        if found is None or not _settings_file().exists():
            return
        if found.is_full():
            _give_up()
        elif found.available_bytes >= enough_bytes:
            _keep()
        self._hand_over_in_time(refuses_writes())

    def _hand_over_in_time(self, refusing: bool) -> None:
        """Not at once: what fills this disk may be filling the standby's, and it has to have noticed that."""
        now = time.monotonic()
        if not refusing:
            self._hand_over_at = None
        elif self._hand_over_at is None:
            self._hand_over_at = now + settings.hand_over_full_disk_after_seconds
        elif now >= self._hand_over_at:
            self._hand_over_at = now + settings.look_every_seconds
            standby = cluster.look().standby
            if standby and standby.has_space:
                remake.hand_over(standby.name, "its disk is full")


def refuses_writes() -> bool:
    return mark in _read(_settings_file())


def _give_up() -> None:
    settings.reserve.unlink(missing_ok=True)
    if refuses_writes():
        return
    # Prepared, since nothing can be written now.
    if not settings.read_only_settings.exists():
        _prepare()
    settings.read_only_settings.replace(_settings_file())
    _reload()
    print(f"{settings.node} refuses writes: its disk is full.", flush=True)


def _keep() -> None:
    if refuses_writes():
        kept = (line for line in _read(_settings_file()).splitlines(keepends=True) if not line.endswith(mark))
        _write(_settings_file(), "".join(kept))
        _reload()
        print(f"{settings.node} takes writes: there is space again.", flush=True)
    if not settings.reserve.exists():
        settings.records.mkdir(mode=0o700, exist_ok=True)
        # Set aside without being written; where a file system cannot do that, nothing is kept.
        length = str(settings.reserve_bytes)
        subprocess.run(["fallocate", "--length", length, settings.reserve], stderr=subprocess.DEVNULL, check=False)
    _prepare()


def _prepare() -> None:
    wanted = _read(_settings_file()) + lines
    if not settings.read_only_settings.exists() or _read(settings.read_only_settings) != wanted:
        _write(settings.read_only_settings, wanted)


def _settings_file():
    """What Postgres reads last of all, and Patroni leaves alone."""
    return settings.data_directory / "postgresql.auto.conf"


def _read(path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def _write(path, text: str) -> None:
    """Whole or not at all."""
    settings.records.mkdir(mode=0o700, exist_ok=True)
    beside = settings.records / f"{path.name}.new"
    beside.write_text(text)
    beside.chmod(0o600)
    beside.replace(path)


def _reload() -> None:
    """Postgres that does not run reads its settings when it starts."""
    try:
        postmaster = int(_read(settings.data_directory / "postmaster.pid").split("\n")[0])
        os.kill(postmaster, signal.SIGHUP)
    except (ValueError, ProcessLookupError):
        pass
