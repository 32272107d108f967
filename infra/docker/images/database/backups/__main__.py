"""backups COMMAND [OPTIONS]: what the stack's containers and the project's commands run."""

import argparse
import json
import sys

import psycopg2

from . import database, logins, make, plan, restore, service, uploads, verify
from .errors import PersonError


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="backups")
    commands = root.add_subparsers(dest="command", required=True)

    command = commands.add_parser("make", help="on the primary: make a backup")
    command.add_argument("--type", choices=["full", "incr", "due"], default="due")
    command.set_defaults(run=lambda given: make.make(given.type))

    command = commands.add_parser("mark", help="on the primary: write down what the database holds now")
    command.set_defaults(run=lambda given: make.mark())

    command = commands.add_parser("archive-missing", help="on a new primary: archive what the last one could not")
    command.add_argument("event", nargs="*")
    command.set_defaults(run=lambda given: make.archive_missing(given.event))

    command = commands.add_parser("give-passwords", help="on the primary: the roles get the passwords of the files")
    command.set_defaults(run=lambda given: logins.give_passwords_here())

    command = commands.add_parser("verify", help="restore the newest backup beside the stack and check it")
    command.add_argument("--max-age-hours", type=float, default=None)
    command.set_defaults(run=lambda given: verify.verify(given.max_age_hours))

    command = commands.add_parser("plan", help="say from which backup a time is restored, or why it cannot be")
    command.add_argument("--to", required=True)
    command.add_argument("--timeline", type=int, default=None)
    command.set_defaults(run=lambda given: print(json.dumps(plan.plan(given.to, given.timeline))))

    for name, run, what in (
        ("copy", restore.copy, "bring a backup's files beside the database's directory"),
        ("recover", restore.recover, "with the database stopped: put what was copied in its place"),
    ):
        command = commands.add_parser(f"restore-{name}", help=what)
        command.add_argument("--plan", required=True, type=json.loads)
        command.set_defaults(run=lambda given, run=run: run(given.plan))

    command = commands.add_parser("restore-discard", help="remove what was copied")
    command.set_defaults(run=lambda given: restore.discard())

    command = commands.add_parser("uploads", help="copy the uploads to the backup, or back")
    command.add_argument("direction", choices=["copy", "restore"])
    command.set_defaults(run=lambda given: uploads.run(given.direction))

    command = commands.add_parser("serve", help="copy and verify on a schedule; show metrics")
    command.set_defaults(run=lambda given: service.serve())
    return root


def main() -> None:
    given = parser().parse_args()
    try:
        given.run(given)
    except PersonError as error:
        sys.exit(str(error))
    except psycopg2.Error as error:
        sys.exit(f"The database refused: {database.sentence(error)}")


main()
