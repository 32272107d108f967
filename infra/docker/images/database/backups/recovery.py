"""A Postgres that recovers a restored directory, reachable on a Unix socket alone."""

import pathlib
import re
import shutil
import subprocess
import time

import psycopg2

from . import database, settings
from .errors import PersonError

longest_seconds = 4 * 3600
unreached = "recovery ended before configured recovery target was reached"


class Recovery:
    """Start it, wait until it is open, ask it, stop it."""

    def __init__(self, directory: pathlib.Path, options: dict[str, str]):
        self.directory = directory
        self.log_file = settings.run_directory / "recovery.log"
        self.options = {
            "listen_addresses": "",
            # Patroni writes them with the path of the node's own directory.
            "hba_file": f"{directory}/pg_hba.conf",
            "ident_file": f"{directory}/pg_ident.conf",
            "unix_socket_directories": settings.socket_directory,
            "unix_socket_permissions": "0700",
            # Nothing streams from it, so commits must not wait for a standby.
            "synchronous_standby_names": "",
            "primary_conninfo": "",
            "logging_collector": "off",
            "log_destination": "stderr",
            "lc_messages": "C",
            "restore_command": f"pgbackrest {' '.join(archive_get(directory))} archive-get %f \"%p\"",
            "recovery_target_action": "promote",
            **options,
        }
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        forget_replication(self.directory)
        (self.directory / "recovery.signal").touch()
        arguments = [argument for item in self.options.items() for argument in ("-c", "=".join(item))]
        with open(self.log_file, "w", encoding="utf-8") as log:
            command = [str(settings.binaries / "postgres"), "-D", str(self.directory), *arguments]
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)

    def wait_until_open(self) -> None:
        """@throws PersonError with Postgres' last output when it exits instead."""
        end = time.monotonic() + longest_seconds
        while time.monotonic() < end:
            if self.process is None or self.process.poll() is not None:
                raise PersonError(f"Postgres does not start from the restored backup: {self.complaint()}")
            try:
                connection = database.connect("postgres")
                ((recovering,),) = database.rows(connection, "select pg_is_in_recovery()")
                connection.close()
                if not recovering:
                    return
            except psycopg2.OperationalError:
                pass
            time.sleep(0.2)
        raise PersonError(f"Postgres did not recover within {longest_seconds / 3600:.0f} h: {self.complaint()}")

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def complaint(self) -> str:
        lines = [line for line in self.log().splitlines() if re.search(r"(FATAL|PANIC|ERROR): ", line)]
        return "; ".join(re.sub(r"^.*?(FATAL|PANIC|ERROR): +", "", line) for line in lines[-3:]) or self.log()[-300:]

    def replayed_to(self) -> str | None:
        """Where in the log the recovery ended, as in `0/3000148`."""
        found = re.findall(r"redo done at ([0-9A-F]+/[0-9A-F]+)", self.log())
        return found[-1] if found else None

    def last_commit(self) -> str | None:
        found = re.findall(r"last completed transaction was at log time (.*)", self.log())
        return found[-1].strip() if found else None

    def stop(self) -> None:
        """Shuts down cleanly, which also archives what is left."""
        if self.process is None or self.process.poll() is not None:
            return
        subprocess.run(
            [str(settings.binaries / "pg_ctl"), "stop", "-D", str(self.directory), "-m", "fast", "-w", "-t", "120"],
            capture_output=True,
        )
        self.process.wait(10)


def archive_get(directory: pathlib.Path) -> list[str]:
    """Prefetches segments: one by one, fetching would take longer than replaying."""
    return [
        f"--stanza={settings.stanza}",
        f"--pg1-path={directory}",
        "--archive-async",
        f"--spool-path={settings.run_directory}/spool",
        # Of 4 MB each; the place is in memory.
        "--archive-get-queue-max=24MB",
        "--process-max=2",
    ]


of_replication = re.compile(r"\s*(recovery_|restore_command|archive_cleanup_command|primary_)\w*\s*=")


def forget_replication(directory: pathlib.Path) -> None:
    """
    Takes out what a node that was a replica has in its settings. Patroni names every recovery target there, all of them
    empty, and of several targets Postgres heeds none.
    """
    for name in ("postgresql.conf", "postgresql.auto.conf"):
        file = directory / name
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not of_replication.match(line)), encoding="utf-8")


def segment_bytes(directory: pathlib.Path) -> int:
    """The size of a WAL segment of the restored cluster."""
    printed = subprocess.run(
        [str(settings.binaries / "pg_controldata"), "-D", str(directory)], capture_output=True, text=True, check=True
    ).stdout
    return int(re.search(r"Bytes per WAL segment: +(\d+)", printed)[1])


def remove(directory: pathlib.Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
