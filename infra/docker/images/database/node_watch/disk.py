"""The disk that the node's data lies on."""

import dataclasses
import os

from . import settings

least_bytes = 16 << 20
"""With less, Postgres cannot start, and a copy of the data cannot be made."""
least_inodes = 100


@dataclasses.dataclass(frozen=True)
class Disk:
    size_bytes: int
    available_bytes: int
    inodes: int
    """0 where the file system has no fixed number."""
    inodes_free: int

    def is_full(self) -> bool:
        return self.available_bytes < least_bytes or (self.inodes > 0 and self.inodes_free < least_inodes)


def look() -> Disk | None:
    """None where it cannot be asked."""
    try:
        found = os.statvfs(settings.data_directory.parent)
    except OSError:
        return None
    return Disk(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize, found.f_files, found.f_favail)


def is_full() -> bool:
    found = look()
    return found is not None and found.is_full()
