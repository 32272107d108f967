"""The parts of the images' backup program that decide, without a database: python3 test_backups.py"""

import datetime
import pathlib
import sys
import tempfile
import unittest

root = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(root / "infra" / "docker" / "images" / "database"))
sys.dont_write_bytecode = True

from backups import archive, metrics, plan, repository, schedule, settings, verifier  # noqa: E402
from backups.errors import PersonError  # noqa: E402

megabyte = 1 << 20
utc = datetime.timezone.utc


def backup(label: str, stopped_at: int, timeline: int = 1, stop_lsn: int = 0, kind: str = "full"):
    return repository.Backup(label, kind, stopped_at, f"{timeline:08X}{0:08X}{1:08X}", stop_lsn, 1, 1, False)


class Segments(unittest.TestCase):
    def test_a_name_is_found_again_from_its_number(self):
        for size in (megabyte, 4 * megabyte, 16 * megabyte):
            name = repository.segment_name(3, 5000, size)
            self.assertEqual(repository.segment_number(name, size), 5000)

    def test_names_go_on_where_one_part_of_the_number_is_full(self):
        # 4 GiB in segments of 16 MiB are 256.
        self.assertEqual(repository.segment_name(1, 255, 16 * megabyte), "0000000100000000000000FF")
        self.assertEqual(repository.segment_name(1, 256, 16 * megabyte), "000000010000000100000000")

    def names(self, timeline: int, numbers) -> set[str]:
        return {repository.segment_name(timeline, number, megabyte) for number in numbers}

    def test_no_gap_in_a_whole_archive_over_a_failover(self):
        there = self.names(1, range(3, 9)) | self.names(2, range(8, 12))
        first, last = repository.segment_name(1, 3, megabyte), repository.segment_name(2, 11, megabyte)
        self.assertEqual(archive.gaps(there, first, last, megabyte), [])

    def test_a_missing_segment_is_named(self):
        for timeline, number in ((1, 3), (1, 5), (2, 9), (2, 11)):
            there = self.names(1, range(3, 9)) | self.names(2, range(8, 12))
            gone = repository.segment_name(timeline, number, megabyte)
            first, last = repository.segment_name(1, 3, megabyte), repository.segment_name(2, 11, megabyte)
            self.assertEqual(archive.gaps(there - {gone}, first, last, megabyte), [gone])

    def test_a_history_file_says_where_each_timeline_was_left(self):
        text = "1\t0/3000148\tno recovery target specified\n\n2\t1/10\tbefore 2026-01-01 00:00:00+00\n"
        self.assertEqual(archive.read_history(text), {1: 0x3000148, 2: 0x100000010})


class Verifiers(unittest.TestCase):
    # What Postgres 17 made of "pencil", as RFC 7677 has it with its salt.
    kept = (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )

    def test_a_verifier_is_of_its_password_and_of_no_other(self):
        self.assertTrue(verifier.opens("pencil", self.kept))
        self.assertFalse(verifier.opens("pencils", self.kept))
        self.assertFalse(verifier.opens("pencil", None))
        self.assertFalse(verifier.opens("pencil", "md5f00"))


class Plans(unittest.TestCase):
    now = datetime.datetime(2026, 1, 31, 12, 0, tzinfo=utc)

    def at(self, seconds: int) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(seconds, utc)

    def test_the_newest_backup_before_the_moment_is_taken(self):
        made = [backup("a", 100), backup("b", 200), backup("c", 300)]
        self.assertEqual(plan.choose(made, {1: None}, self.at(250), self.now).label, "b")
        self.assertEqual(plan.choose(made, {1: None}, None, self.now).label, "c")

    def test_a_backup_of_a_line_that_was_left_earlier_is_not_taken(self):
        made = [backup("a", 100, 1, stop_lsn=10), backup("b", 200, 1, stop_lsn=90), backup("c", 300, 2, stop_lsn=95)]
        # Timeline 3 left timeline 1 at 50: what came after on 1, and all of 2, is another history.
        self.assertEqual(plan.choose(made, {1: 50, 3: None}, None, self.now).label, "a")

    def test_what_cannot_be_restored_is_refused_with_the_reason(self):
        made = [backup("a", 1_000_000_000)]
        with self.assertRaisesRegex(PersonError, "is in the future"):
            plan.choose(made, {1: None}, self.now + datetime.timedelta(seconds=1), self.now)
        with self.assertRaisesRegex(PersonError, "before the first backup.*earliest.*2001-09-09 01:46:41"):
            plan.choose(made, {1: None}, self.at(1_000_000_000), self.now)
        with self.assertRaisesRegex(PersonError, "no backup yet"):
            plan.choose([], {1: None}, None, self.now)
        for text in ("yesterday", "2026-01-31T12:00:00"):
            with self.assertRaises(PersonError):
                plan._moment(text)


class Schedules(unittest.TestCase):
    every = {"fullEveryHours": 168, "everyHours": 24, "verifyEveryHours": 24}
    hour = 3600

    def test_the_first_backup_is_a_full_one_and_the_others_follow(self):
        due = lambda now, full, last: schedule.due_backup(now * self.hour, full, last, self.every)  # noqa: E731
        self.assertEqual(due(0, None, None), "full")
        self.assertIsNone(due(23, 0, 0))
        self.assertEqual(due(24, 0, 0), "incr")
        self.assertIsNone(due(47, 0, 24 * self.hour))
        self.assertEqual(due(168, 0, 160 * self.hour), "full")

    def test_a_backup_that_is_late_by_half_is_too_old(self):
        self.assertFalse(schedule.too_old(35 * self.hour, 0, self.every))
        self.assertTrue(schedule.too_old(37 * self.hour, 0, self.every))

    def test_a_restore_is_verified_soon_then_daily_and_hourly_after_a_failure(self):
        due = lambda now, newest, record: schedule.verify_is_due(now, newest, record, self.every)  # noqa: E731
        self.assertFalse(due(10_000, None, {}))
        self.assertFalse(due(500, 0, {}))
        self.assertTrue(due(600, 0, {}))
        self.assertFalse(due(23 * self.hour, 0, {"finishedAt": 0, "ok": True}))
        self.assertTrue(due(24 * self.hour, 0, {"finishedAt": 0, "ok": True}))
        self.assertTrue(due(1 * self.hour, 0, {"finishedAt": 0, "ok": False}))


class Metrics(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        settings.repository = self.folder
        settings.verify_record = self.folder / "verify.json"
        settings.uploads_record = self.folder / "uploads.json"

    def test_what_never_happened_has_no_value(self):
        text = metrics.text([])
        self.assertNotIn("\ncapstone_restore_verify_ok ", text)
        self.assertNotIn("{type=", text)
        self.assertIn("# TYPE capstone_restore_verify_ok gauge", text)

    def test_what_happened_has(self):
        settings.write_record(settings.verify_record, {"ok": False, "finishedAt": 7.5, "durationSeconds": 3})
        text = metrics.text([backup("a", 100), backup("b", 200, kind="incr"), backup("c", 150)])
        self.assertIn('capstone_backup_last_success_timestamp_seconds{type="full"} 150\n', text)
        self.assertIn('capstone_backup_last_success_timestamp_seconds{type="incr"} 200\n', text)
        self.assertIn("capstone_restore_verify_ok 0\n", text)
        self.assertIn("capstone_restore_verify_last_run_timestamp_seconds 7.5\n", text)
        self.assertNotIn("\ncapstone_restore_verify_last_success_timestamp_seconds ", text)


if __name__ == "__main__":
    unittest.main()
