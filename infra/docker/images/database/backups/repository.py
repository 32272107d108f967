"""The contents of the repository, from pgBackRest and from the archive's files."""

import dataclasses
import json
import re
import subprocess

from . import settings
from .errors import PersonError


@dataclasses.dataclass(frozen=True)
class Backup:
    label: str
    kind: str
    """full, diff or incr."""
    stopped_at: int
    """Seconds since 1970. The earliest moment that it can be restored to."""
    first_segment: str
    stop_lsn: int
    database_bytes: int
    repository_bytes: int
    damaged: bool

    @property
    def timeline(self) -> int:
        return int(self.first_segment[:8], 16)


def pgbackrest(*arguments: str, check: bool = True) -> subprocess.CompletedProcess:
    """Runs pgBackRest. Its passphrase is in the file that start-up wrote: never in an argument."""
    command = ["pgbackrest", f"--stanza={settings.stanza}", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if check and ended.returncode != 0:
        name = next((argument for argument in arguments if not argument.startswith("-")), "")
        raise PersonError(f"pgBackRest {name} failed: {complaint(ended)}")
    return ended


def complaint(ended: subprocess.CompletedProcess) -> str:
    """pgBackRest's error, on one line."""
    said = (ended.stdout + ended.stderr).splitlines()
    start = next((at for at, line in enumerate(said) if "ERROR:" in line), max(len(said) - 5, 0))
    lines = [re.sub(r"^.*(ERROR|HINT|WARN): +", "", line).strip() for line in said[start : start + 6]]
    return "; ".join(line for line in lines if line) or f"it ended with {ended.returncode} and said nothing"


def info() -> dict:
    answers = json.loads(pgbackrest("info", "--output=json").stdout or "[]")
    return answers[0] if answers else {}


def backups() -> list[Backup]:
    """Every finished backup, the oldest first."""
    return sorted((_backup(found) for found in info().get("backup", [])), key=lambda backup: backup.stopped_at)


def _backup(found: dict) -> Backup:
    return Backup(
        label=found["label"],
        kind=found["type"],
        stopped_at=found["timestamp"]["stop"],
        first_segment=found["archive"]["start"] or "00000001",
        stop_lsn=lsn_number(found["lsn"]["stop"]),
        database_bytes=found["info"]["size"],
        repository_bytes=found["info"]["repository"]["delta"],
        damaged=bool(found.get("error")),
    )


def lsn_number(text: str) -> int:
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def segment_name(timeline: int, number: int, segment_bytes: int) -> str:
    per_id = 0x1_0000_0000 // segment_bytes
    return f"{timeline:08X}{number // per_id:08X}{number % per_id:08X}"


def segment_number(name: str, segment_bytes: int) -> int:
    return int(name[8:16], 16) * (0x1_0000_0000 // segment_bytes) + int(name[16:24], 16)


def archived_segments() -> set[str]:
    """The names of the WAL segments in the archive; in the repository each has its checksum after it."""
    files = (settings.repository / "archive" / settings.stanza).glob("*/*/*")
    return {file.name[:24] for file in files if re.fullmatch(r"[0-9A-F]{24}-[0-9a-f]{40}(\.\w+)?", file.name)}


def require_readable() -> None:
    """
    Opens what says how everything else is to be read. What pgBackRest says of a wrong key depends on chance, since a
    wrong key turns a file into noise; so: files that begin as an encrypted file does, and none of which opens.
    """
    names = [
        f"{kind}/{settings.stanza}/{kind}.info{copy}" for kind in ("backup", "archive") for copy in ("", ".copy")
    ]
    present = [name for name in names if (settings.repository / name).exists()]
    if not present:
        raise PersonError("There is no backup: the repository is empty.")
    unreadable = [name for name in present if not _opens(name)]
    if len(unreadable) == len(present) and all(_looks_encrypted(name) for name in present):
        raise PersonError(
            "Wrong key: the passphrase among this stack's secrets does not open the backup repository, which was"
            " made with another one."
        )
    if unreadable:
        raise PersonError(f"Damaged repository: {', '.join(unreadable)} cannot be read.")


def _looks_encrypted(name: str) -> bool:
    return (settings.repository / name).read_bytes().startswith(b"Salted__")


def _opens(name: str) -> bool:
    ended = subprocess.run(["pgbackrest", "repo-get", name], capture_output=True)
    return ended.returncode == 0 and b"[backrest]" in ended.stdout and b"backrest-checksum" in ended.stdout
