"""What the watcher of a database node decides, without a database: python3 test_node_watch.py"""

import dataclasses
import json
import pathlib
import sys
import tempfile
import time
import unittest

root = pathlib.Path(__file__).resolve().parents[5]
sys.path.insert(0, str(root / "infra" / "docker" / "images" / "database"))
sys.dont_write_bytecode = True

from node_watch import cluster, disk, flush, health, metrics, pages, remake, reserve, settings, watch  # noqa: E402

sound = cluster.Pages(0, True)
unchecked = cluster.Pages(0, False)
bad = cluster.Pages(3, True)


def led_by(known: cluster.Pages | None, paused: bool = False) -> cluster.Cluster:
    return cluster.Cluster(paused, primary=cluster.Peer("database-1", known))


def followed_by(known: cluster.Pages | None, paused: bool = False) -> cluster.Cluster:
    return cluster.Cluster(paused, standby=cluster.Peer("database-2", known))


class Health(unittest.TestCase):
    def test_a_primary_that_runs_and_a_replica_that_streams_are_healthy(self):
        self.assertTrue(health.is_healthy({"state": "running", "role": "primary"}))
        self.assertTrue(health.is_healthy({"state": "running", "role": "replica", "replication_state": "streaming"}))
        for said in (
            {},
            {"state": "stopped", "role": "primary"},
            {"state": "running", "role": "replica"},
            {"state": "running", "role": "replica", "replication_state": "in archive recovery"},
            {"state": "creating replica", "role": "replica"},
        ):
            self.assertFalse(health.is_healthy(said), said)

    def after(self, looks: int, every: float = 5, peer: bool = True, reached=lambda look: {}) -> dict:
        record: dict = {}
        for look in range(looks):
            record = health.advance(record, 1000 + look * every, peer, reached(look))
        return record

    def test_two_minutes_beside_a_primary_are_too_long(self):
        self.assertFalse(health.is_broken(self.after(24)))
        self.assertTrue(health.is_broken(self.after(25)))

    def test_starts_a_minute_apart_are_one_failure_and_a_stopped_node_has_a_new_chance(self):
        self.assertTrue(health.is_broken(self.after(3, every=60)))
        self.assertFalse(health.is_broken(self.after(30, every=91)))

    def test_time_without_another_primary_does_not_count(self):
        record = self.after(100, peer=False)
        self.assertEqual(record["seconds"], 0)
        record = health.advance(record, record["seenAt"] + 5, True, {})
        self.assertEqual(record["seconds"], 5)

    def test_starts_are_counted_until_patroni_answers(self):
        record: dict = {}
        for at in range(4):
            record = health.start(record, 1000 + 60 * at, True)
        self.assertEqual((record["starts"], record["seconds"]), (4, 180))
        record = health.advance(record, 1190, True, {})
        self.assertEqual(health.start(record, 1200, True)["starts"], 1)

    def test_a_clock_that_was_set_back_starts_anew(self):
        record = health.advance(self.after(20), 500, True, {})
        self.assertEqual(record["seconds"], 0)

    def test_a_node_that_gets_on_is_not_broken_however_long_it_takes(self):
        self.assertFalse(health.is_broken(self.after(1000, reached=lambda look: {"replayed": 100 + look})))

    def test_one_that_dies_at_the_same_place_each_time_is(self):
        self.assertTrue(health.is_broken(self.after(40, reached=lambda look: {"segment": 100 + look % 4})))

    def test_progress_is_read_from_the_log_that_is_replayed(self):
        progress = health.Progress()
        title = "postgres: capstone: startup recovering 00000003000000010000001A"
        self.assertEqual(progress.reached({}, {"20": title, "9": "tini"}), {"segment": 0x1_0000001A})
        self.assertEqual(progress.reached({"xlog": {"replayed_location": 77}}, {}), {"replayed": 77})

    def test_a_copy_that_goes_on_is_progress_and_one_that_fails_at_once_each_time_is_none(self):
        command = "/usr/lib/postgresql/17/bin/pg_basebackup --pgdata=/var/lib/postgresql/data/17"
        progress = health.Progress()
        self.assertEqual([progress.reached({}, {"7": command}) for _ in range(3)], [{}, {"copies": 1}, {"copies": 2}])
        failing = health.Progress()
        self.assertEqual([failing.reached({}, {str(pid): command}) for pid in range(3)], [{}, {}, {}])


class Decisions(unittest.TestCase):
    def decide(self, others: cluster.Cluster, primary: bool = False, **changes) -> remake.Decision:
        situation = remake.Situation(primary, "it is broken", others, None, None)
        return remake.decide(dataclasses.replace(situation, **changes))

    def test_what_is_well_is_left_alone(self):
        for primary in (True, False):
            self.assertEqual(self.decide(led_by(sound), primary, broken=None), remake.Decision())

    def test_a_broken_replica_is_remade_from_its_primary(self):
        for known in (sound, unchecked):
            self.assertEqual(self.decide(led_by(known)), remake.Decision("remake", "it is broken"))

    def test_not_twice_in_an_hour(self):
        self.assertIn("last hour", self.decide(led_by(sound), seconds_since_remade=3599).cannot)
        self.assertEqual(self.decide(led_by(sound), seconds_since_remade=3601).action, "remake")

    def test_not_while_somebody_works_on_the_cluster_nor_without_a_primary(self):
        self.assertIn("paused", self.decide(led_by(sound, paused=True)).cannot)
        self.assertIn("no other node", self.decide(cluster.Cluster()).cannot)

    def test_not_where_a_copy_would_not_fit(self):
        self.assertIn("disk is full", self.decide(led_by(sound), disk_full=True).cannot)
        self.assertEqual(self.decide(followed_by(sound), primary=True, damaged=True, disk_full=True).action, "hand over")

    def test_not_from_a_node_whose_pages_are_damaged_or_unknown(self):
        self.assertIn("nothing is thrown away", self.decide(led_by(bad)).cannot)
        self.assertIn("could not be asked", self.decide(led_by(None)).cannot)

    def test_damaged_pages_are_replaced_by_checked_ones_only(self):
        self.assertEqual(self.decide(led_by(sound), damaged=True).action, "remake")
        self.assertIn("not all been checked", self.decide(led_by(unchecked), damaged=True).cannot)
        self.assertIn("nothing is thrown away", self.decide(led_by(bad), damaged=True).cannot)

    def test_a_damaged_primary_hands_over_to_a_sound_standby(self):
        decide = lambda others, **more: self.decide(others, primary=True, damaged=True, **more)  # noqa: E731
        self.assertEqual(decide(followed_by(sound)).action, "hand over")
        self.assertIn("not all been checked", decide(followed_by(unchecked)).cannot)
        self.assertIn("nothing is thrown away", decide(followed_by(bad)).cannot)
        self.assertIn("could not be asked", decide(followed_by(None)).cannot)
        self.assertIn("no synchronous standby", decide(cluster.Cluster()).cannot)
        self.assertIn("paused", decide(followed_by(sound, paused=True)).cannot)
        self.assertIn("just now", decide(followed_by(sound), seconds_since_handed_over=30).cannot)

    def test_no_decision_ever_throws_the_primary_away(self):
        for others in (led_by(sound), followed_by(sound), cluster.Cluster()):
            self.assertNotEqual(self.decide(others, primary=True).action, "remake")


class Scratch(unittest.TestCase):
    """With the node's folders in a scratch directory."""

    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(lambda kept=dict(vars(settings)): vars(settings).update(kept))
        settings.data_directory = folder / "17"
        settings.records = folder / "node-watch"
        for name in ("unhealthy", "remade", "handed_over", "pages"):
            setattr(settings, f"{name}_record", settings.records / f"{name}.json")
        settings.reserve = settings.records / "reserve"
        settings.read_only_settings = settings.records / "read-only.conf"
        (settings.data_directory / "base" / "5").mkdir(parents=True)
        (settings.data_directory / "PG_VERSION").write_text("17\n")


class PagesOfANode(Scratch):
    printed = "Checksum operation completed\nFiles scanned:  951\nBlocks scanned: 4580\nBad checksums:  1\n"
    complaint = (
        'pg_checksums_ext: error: checksum verification failed in file "{}/base/5/16384.1", block 713:'
        " calculated checksum 25F9 but block contains A5C5\n"
    )

    def test_what_the_checker_says_is_read(self):
        look = pages.read(self.printed, self.complaint.format(settings.data_directory))
        self.assertEqual(look, pages.Look(4580, frozenset({("base/5/16384.1", 713)})))

    def test_a_checker_that_did_not_come_to_its_end_has_seen_nothing(self):
        self.assertIsNone(pages.read("", 'pg_checksums_ext: error: could not open directory "base"'))

    def test_blocks_that_the_checker_passed_over_are_looked_at_after_a_checkpoint(self):
        self.assertEqual(pages.read(self.printed + "Blocks skipped: 2\n", ""), pages.Look(4580, frozenset(), 2))
        seen = {("base/5/1", 7)}
        self.looks(set(), seen, seen, skipped=1)
        self.assertEqual(pages.check_once()["damaged"], [("base/5/1", 7)])
        self.assertEqual(self.flushed, 2)

    def looks(self, *found: set[tuple[str, int]], skipped: int = 0):
        """The checker sees these, one after the other."""
        left = list(found)
        self.addCleanup(setattr, pages, "_look", pages._look)
        # Only the first look passes over any.
        pages._look = lambda *arguments: pages.Look(
            100, frozenset(left.pop(0)), skipped if len(left) == len(found) - 1 else 0
        )
        settings.pages_second_look_seconds = 0
        self.flushed = 0
        self.addCleanup(setattr, flush, "flush", flush.flush)
        flush.flush = self.flush

    def flush(self):
        self.flushed += 1

    def test_a_damaged_block_is_believed_when_it_is_seen_twice(self):
        self.looks({("base/5/1", 7), ("base/5/1", 8)}, {("base/5/1", 8), ("base/5/1", 9)})
        self.assertEqual(pages.check_once()["damaged"], [("base/5/1", 8)])
        self.assertEqual(pages.damaged(), [("base/5/1", 8)])
        # A torn page that memory has whole is written first.
        self.assertEqual(self.flushed, 1)

    def test_what_is_known_of_pages_is_void_with_other_data(self):
        self.looks({("base/5/1", 7)}, {("base/5/1", 7)})
        pages.check_once()
        (settings.data_directory / "PG_VERSION").unlink()
        (settings.data_directory / "PG_VERSION").write_text("17\n")
        self.assertEqual(pages.known(), {})

    def test_a_file_that_ends_within_a_block_is_damaged(self):
        (settings.data_directory / "base" / "5" / "16384").write_bytes(b"x" * 8192)
        (settings.data_directory / "base" / "5" / "16385").write_bytes(b"x" * 8000)
        (settings.data_directory / "base" / "5" / "PG_VERSION").write_bytes(b"17\n")
        self.assertEqual(pages._cut_files(), {("base/5/16385", -1)})

    def test_its_metrics_are_what_its_peer_reads(self):
        state = metrics.State()
        self.assertEqual(cluster.read_pages(metrics.text(state)), unchecked)
        self.looks(set())
        pages.check_once()
        self.assertEqual(cluster.read_pages(metrics.text(state)), sound)
        self.looks({("base/5/1", 7)}, {("base/5/1", 7)})
        pages.check_once()
        self.assertEqual(cluster.read_pages(metrics.text(state)), cluster.Pages(1, True))
        self.assertIsNone(cluster.read_pages("# nothing\n"))


class DiskOfANode(Scratch):
    def test_is_full_without_space_or_without_inodes(self):
        roomy = disk.Disk(10 << 30, 5 << 30, 1000, 500)
        self.assertFalse(roomy.is_full())
        self.assertTrue(dataclasses.replace(roomy, available_bytes=1 << 20).is_full())
        self.assertTrue(dataclasses.replace(roomy, inodes_free=3).is_full())
        self.assertFalse(dataclasses.replace(roomy, inodes=0, inodes_free=0).is_full())

    def test_is_a_metric(self):
        there = disk.look()
        self.assertIn(f"capstone_node_disk_size_bytes {there.size_bytes}\n", metrics.text(metrics.State()))
        settings.data_directory = pathlib.Path("/nowhere/17")
        self.assertIsNone(disk.look())
        self.assertNotRegex(metrics.text(metrics.State()), r"(?m)^capstone_node_disk_\w+ ")


class ReserveOfANode(Scratch):
    def setUp(self):
        super().setUp()
        self.file = settings.data_directory / "postgresql.auto.conf"
        self.file.write_text("# Do not edit this file manually!\nwork_mem = '8MB'\n")
        settings.reserve_bytes = 1 << 16
        self.others = cluster.Cluster()
        self.handed: list[str] = []
        self.handed_over_by = remake.hand_over
        self.keeper = reserve.Keeper()
        fakes = [
            (disk, "look", lambda: self.found),
            (cluster, "look", lambda: self.others),
            (remake, "hand_over", lambda standby, because: self.handed.append(standby)),
        ]
        for module, name, fake in fakes:
            self.addCleanup(setattr, module, name, getattr(module, name))
            setattr(module, name, fake)

    def look(self, left: int, inodes_free: int = 5000):
        self.found = disk.Disk(10 << 30, left, 10_000, inodes_free)
        self.keeper.look()

    def test_is_kept_while_there_is_space_and_changes_nothing(self):
        before = self.file.read_text()
        self.look(1 << 30)
        self.assertEqual(settings.reserve.stat().st_size, settings.reserve_bytes)
        self.assertEqual(self.file.read_text(), before)
        self.assertFalse(reserve.refuses_writes())

    def test_is_given_up_on_a_full_disk_and_writes_are_refused_until_there_is_enough_again(self):
        before = self.file.read_text()
        for left, inodes_free in ((1 << 20, 5000), (1 << 30, 3)):
            self.look(1 << 30)
            self.look(left, inodes_free)
            self.assertFalse(settings.reserve.exists())
            self.assertTrue(reserve.refuses_writes())
            self.assertIn("capstone_node_refuses_writes 1\n", metrics.text(metrics.State()))
            self.assertEqual(self.file.read_text(), before + reserve.lines)
            # What was given up is not enough to take writes again.
            self.look(disk.least_bytes + settings.reserve_bytes)
            self.assertTrue(reserve.refuses_writes())
            self.look(1 << 30)
            self.assertEqual(self.file.read_text(), before)
            self.assertTrue(settings.reserve.exists())

    def test_nothing_has_to_be_written_when_the_disk_is_full(self):
        self.look(1 << 30)
        self.addCleanup(setattr, reserve, "_write", reserve._write)
        reserve._write = lambda *arguments: self.fail("nothing can be written now")
        self.look(0)
        self.assertTrue(reserve.refuses_writes())

    def test_a_setting_of_somebody_else_stays(self):
        self.file.write_text("default_transaction_read_only = 'on'\n")
        self.look(1 << 30)
        self.look(0)
        self.look(1 << 30)
        self.assertEqual(self.file.read_text(), "default_transaction_read_only = 'on'\n")

    def test_a_primary_hands_over_to_a_standby_that_has_space_and_had_a_moment_to_notice_that_it_has_none(self):
        self.others = cluster.Cluster(standby=cluster.Peer("database-2", sound, True))
        settings.hand_over_full_disk_after_seconds = 0.05
        self.look(0)
        self.look(0)
        self.assertEqual(self.handed, [])
        time.sleep(0.06)
        self.look(0)
        self.look(0)
        self.assertEqual(self.handed, ["database-2"])

    def test_a_primary_keeps_the_lead_where_the_standby_has_no_space_either(self):
        self.others = cluster.Cluster(standby=cluster.Peer("database-2", sound, False))
        settings.hand_over_full_disk_after_seconds = 0
        for _ in range(3):
            self.look(0)
        self.assertEqual(self.handed, [])
        self.assertTrue(reserve.refuses_writes())

    def test_what_an_earlier_version_left_there_is_removed_too(self):
        self.look(1 << 30)
        before = self.file.read_text()
        self.file.write_text(before + "default_transaction_read_only = on # until there is space\n")
        self.assertTrue(reserve.refuses_writes())
        self.look(1 << 30)
        self.assertEqual(self.file.read_text(), before)

    def test_a_primary_hands_over_where_not_even_a_record_can_be_written(self):
        asked = []
        self.addCleanup(setattr, settings, "write_record", settings.write_record)
        self.addCleanup(setattr, cluster, "ask_patroni", cluster.ask_patroni)
        settings.write_record = lambda *arguments: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        cluster.ask_patroni = lambda path, *arguments, **more: asked.append(path)
        self.handed_over_by("database-2", "its disk is full")
        self.assertEqual(asked, ["/switchover"])

    def test_a_peer_has_space_when_its_metrics_say_so_and_there_is_room_for_some_time(self):
        state = metrics.State()
        self.look(1 << 30)
        self.assertTrue(cluster.has_space(metrics.text(state)))
        self.look(200 << 20)
        self.assertFalse(reserve.refuses_writes())
        self.assertFalse(cluster.has_space(metrics.text(state)))
        self.look(0)
        self.look(1 << 20)
        self.assertFalse(cluster.has_space(metrics.text(state)))
        self.assertFalse(cluster.has_space(""))


class Looks(Scratch):
    """One look of the watcher, with what it asks and does replaced."""

    def look(self, said: dict, others: cluster.Cluster, seconds: float = 0) -> list[str]:
        done: list[str] = []
        fakes = [
            (health, "ask", lambda: said),
            (health, "processes", dict),
            (cluster, "look", lambda: others),
            (flush, "have_primary_write", lambda: done.append("primary writes")),
            (remake, "reinitialize", lambda because: done.append(f"remade: {because}")),
            (remake, "hand_over", lambda standby, because: done.append(f"to {standby}: {because}")),
        ]
        for module, name, fake in fakes:
            self.addCleanup(setattr, module, name, getattr(module, name))
            setattr(module, name, fake)
        if seconds:
            settings.write_record(settings.unhealthy_record, {"seconds": seconds, "seenAt": time.time()})
        watch.Watcher(metrics.State()).look()
        return done

    def damage(self):
        record = {"identity": pages.identity(), "damaged": [["base/5/1", 7]]}
        settings.write_record(settings.pages_record, record)

    starting = {"state": "starting", "role": "replica"}
    streaming = {"state": "running", "role": "replica", "replication_state": "streaming"}
    primary = {"state": "running", "role": "primary"}

    def test_a_healthy_node_forgets_that_it_was_not(self):
        self.assertEqual(self.look(self.streaming, cluster.Cluster(), seconds=50), [])
        self.assertFalse(settings.unhealthy_record.exists())

    def test_a_replica_that_waits_has_the_primary_write_and_is_remade_in_the_end(self):
        self.assertEqual(self.look(self.starting, led_by(sound), seconds=5), [])
        self.assertEqual(self.look(self.starting, led_by(sound), seconds=20), ["primary writes"])
        self.assertEqual(self.look(self.starting, led_by(sound), seconds=121)[1][:8], "remade: ")

    def test_a_patroni_that_does_not_answer_is_left_alone(self):
        self.assertEqual(self.look({}, led_by(sound), seconds=500), [])
        self.assertEqual(settings.read_record(settings.unhealthy_record)["seconds"], 500)

    def test_damage_hands_over_or_is_remade(self):
        self.damage()
        self.assertEqual(self.look(self.streaming, led_by(sound)), ["remade: pages are damaged, 1 in all"])
        self.assertEqual(self.look(self.primary, followed_by(sound)), ["to database-2: pages are damaged, 1 in all"])
        self.assertEqual(self.look(self.primary, followed_by(bad)), [])


class Records(Scratch):
    def test_what_cannot_be_read_is_not_there(self):
        settings.records.mkdir()
        for text in ("", "[1]", '{"at": '):
            settings.remade_record.write_text(text)
            self.assertEqual(settings.read_record(settings.remade_record), {})

    def test_a_remade_node_says_when_and_why_and_forgets_what_was(self):
        settings.write_record(settings.unhealthy_record, {"seconds": 130})
        remake.remake_while_stopped("it could not start")
        self.assertFalse(settings.data_directory.exists())
        self.assertFalse(settings.unhealthy_record.exists())
        self.assertEqual(json.loads(settings.remade_record.read_text())["because"], "it could not start")
        self.assertLess(remake.seconds_since(settings.read_record(settings.remade_record)), 5)


if __name__ == "__main__":
    unittest.main()
