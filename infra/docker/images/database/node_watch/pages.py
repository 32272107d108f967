"""Checks every page of this node without end, behind everybody else, and says which are damaged."""

import dataclasses
import os
import re
import subprocess
import time

from . import flush, settings

block_bytes = 8192


@dataclasses.dataclass(frozen=True)
class Look:
    """What one run of the checker saw."""

    blocks: int
    damaged: frozenset[tuple[str, int]]
    """File, from the data directory, and block; the block is -1 where the file ends within one."""
    skipped: int = 0
    """Wrong, and written since the last checkpoint: the checker takes them for being written just now."""


def identity() -> str | None:
    """Of the data that is there: what is known of its pages is void with other data. None where there is none."""
    try:
        version = (settings.data_directory / "PG_VERSION").stat()
        return f"{settings.data_directory.stat().st_ino}-{version.st_ino}-{version.st_mtime_ns}"
    except OSError:
        return None


def known() -> dict:
    """Of the last complete pass over this data: `{"finishedAt", "seconds", "bytes", "damaged": [[file, block]]}`."""
    record = settings.read_record(settings.pages_record)
    return record if record and record.get("identity") == identity() else {}


def damaged() -> list[tuple[str, int]]:
    return [(file, block) for file, block in known().get("damaged", [])]


def check_once() -> dict | None:
    """
    One pass over all pages, and a second look at what it found when all that is in memory was written. None when it did
    not come to its end.
    """
    began, before = time.monotonic(), identity()
    if before is None:
        return None
    first = _look()
    if first and first.skipped:
        flush.flush()
        first = _look()
    suspects = set(first.damaged) if first else set()
    if suspects:
        flush.flush()
        time.sleep(settings.pages_second_look_seconds)
        suspects &= _look_again({file for file, _ in suspects})
    if first is None or identity() != before:
        return None
    record = {
        "identity": before,
        "finishedAt": time.time(),
        "seconds": time.monotonic() - began,
        "bytes": first.blocks * block_bytes,
        "damaged": sorted(suspects),
    }
    settings.write_record(settings.pages_record, record)
    return record


def _look_again(files: set[str]) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    for filenode in {re.split("[._]", os.path.basename(file))[0] for file in files}:
        look = _look("--filenode", filenode)
        found |= look.damaged if look else set()
    return found


def _look(*arguments: str) -> Look | None:
    ended = subprocess.run(
        [
            *("nice", "-n", "19", str(settings.binaries / "pg_checksums_ext"), "--check"),
            *(f"--pgdata={settings.data_directory}", f"--max-rate={settings.pages_rate_megabytes}", *arguments),
        ],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "LC_ALL": "C"},
    )
    look = read(ended.stdout, ended.stderr)
    if look is None:
        print(f"The pages could not be checked: {ended.stderr.strip()[-300:]}", flush=True)
        return None
    return dataclasses.replace(look, damaged=look.damaged | _cut_files())


def read(printed: str, complained: str) -> Look | None:
    """None unless the checker came to its end."""
    blocks = re.search(r"^Blocks scanned:\s+(\d+)", printed, re.MULTILINE)
    if "Checksum operation completed" not in printed or not blocks:
        return None
    failures = re.findall(r'verification failed in file "(.+?)", block (\d+)', complained)
    skipped = re.search(r"^Blocks skipped:\s+(\d+)", printed, re.MULTILINE)
    folder = f"{settings.data_directory}/"
    damaged = frozenset((file.removeprefix(folder), int(block)) for file, block in failures)
    return Look(int(blocks[1]), damaged, int(skipped[1]) if skipped else 0)


def _cut_files() -> frozenset[tuple[str, int]]:
    """Files that end within a block: the checker passes over that."""
    found = set()
    for folder in ("base", "global"):
        for path, _, names in os.walk(settings.data_directory / folder):
            for name in names:
                file = os.path.join(path, name)
                if re.fullmatch(r"\d+(_fsm|_vm|_init)?(\.\d+)?", name) and _size(file) % block_bytes:
                    found.add((os.path.relpath(file, settings.data_directory), -1))
    return frozenset(found)


def _size(file: str) -> int:
    try:
        return os.stat(file).st_size
    except FileNotFoundError:
        return 0


class Checker:
    """Passes one after the other, for a thread of its own."""

    def __init__(self) -> None:
        self.passes = 0
        self.checked_bytes = 0

    def run_for_ever(self) -> None:
        while True:
            try:
                if done := check_once():
                    self.passes += 1
                    self.checked_bytes += done["bytes"]
                    _say(done)
            except OSError as error:
                print(f"The pages could not be checked: {error}", flush=True)
            self._rest()

    def _rest(self) -> None:
        """Not for long where nothing is known of the data yet, as when it has just been copied."""
        ends_at = time.monotonic() + settings.pages_pause_seconds
        while time.monotonic() < ends_at and (known() or identity() is None):
            time.sleep(settings.look_every_seconds)
        time.sleep(settings.look_every_seconds)


def _say(done: dict) -> None:
    if done["damaged"]:
        shown = ", ".join(f"block {block} of {file}" for file, block in done["damaged"][:5])
        print(f"{settings.node}: pages are damaged, {len(done['damaged'])} in all: {shown}.", flush=True)
