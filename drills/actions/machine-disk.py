"""Takes the space, or the inodes, of the file system that the working directory lies on: machine-disk.py WHAT SECONDS.

At first all but a spare, which may take minutes; the rest on SIGUSR1; and whatever others free meanwhile. On SIGTERM
everything is given back, and by itself when the time is up, so that a drill that was killed leaves no full disk behind.
As root it takes what file systems keep for root too.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time

what, seconds = sys.argv[1], float(sys.argv[2])
ends_at = time.monotonic() + seconds
told: set[int] = set()
SPARE_BYTES = 1 << 30
SPARE_INODES = 20_000
PAUSE_SECONDS = 0.1
FILES_IN_A_FOLDER = 10_000


def over() -> bool:
    return signal.SIGTERM in told or time.monotonic() > ends_at


def wanted(spare: int, for_everybody: int, for_root: int) -> int:
    return for_root if signal.SIGUSR1 in told else max(0, for_everybody - spare)


def take_space() -> None:
    """Set aside at once, however much it is, and nothing of it written."""
    count = 0
    while not over():
        disk = os.statvfs(".")
        if take := wanted(SPARE_BYTES, disk.f_bavail * disk.f_frsize, disk.f_bfree * disk.f_frsize):
            name = str(count := count + 1)
            set_aside = subprocess.run(["fallocate", "--length", str(take), name], stderr=subprocess.PIPE, text=True)
            if os.stat(name).st_size == 0:
                os.unlink(name)
            if set_aside.returncode != 0 and "No space left" not in set_aside.stderr:
                sys.exit(f"This file system cannot set space aside: {set_aside.stderr.strip()}")
        time.sleep(PAUSE_SECONDS)


def take_inodes() -> None:
    """Into many folders: a large one is slow."""
    count = 0
    while not over():
        disk = os.statvfs(".")
        take = min(FILES_IN_A_FOLDER, wanted(SPARE_INODES, disk.f_favail, disk.f_ffree))
        try:
            if take:
                count += 1
                os.mkdir(str(count))
            for number in range(take):
                os.mknod(f"{count}/{number}", stat.S_IFREG | 0o600)
        except OSError:
            take = 0
        if take < FILES_IN_A_FOLDER:
            time.sleep(PAUSE_SECONDS)


def give_back() -> None:
    for entry in os.scandir("."):
        if entry.is_dir():
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


for number in (signal.SIGTERM, signal.SIGUSR1):
    signal.signal(number, lambda which, _: told.add(which))
try:
    {"space": take_space, "inodes": take_inodes}[what]()
finally:
    give_back()
