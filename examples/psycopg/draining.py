"""Whether this node is leaving: one byte that Gunicorn's workers inherit from their parent."""

import mmap

_shared = mmap.mmap(-1, 1)


def begin() -> None:
    _shared[0] = 1


def has_begun() -> bool:
    return _shared[0] == 1
