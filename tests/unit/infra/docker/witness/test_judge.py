"""The witness's judgement: every reason to hold back, and that nothing else than what it must see makes it act."""

import itertools
import os
import random
import sys
import unittest
from dataclasses import fields, replace

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../..")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "infra/docker/images/witness"))

from witness.judge import NEVER, Looks, Place, judge  # noqa: E402

good, bad = Place(good=0.1), Place(good=5.0, failing=4.0)
well = Looks(
    started=1000.0,
    consensus=good,
    leader="database-1",
    standby="database-2",
    patroni=replace(good, said="primary running"),
    proxied=good,
    write=good,
    direct=good,
    standby_patroni=replace(good, said="replica running"),
    streamed=0.1,
    standby_query=good,
    unheard=0.1,
)
# Gone, paused, or cut off: the lease is not renewed and nothing answers.
silent = replace(well, unrenewed=2, patroni=bad, proxied=bad, write=bad, direct=bad, streamed=3.0, unheard=3.0)
# Its data network is lost, or its postmaster hangs: Patroni is well, and no commit gets through.
unserving = replace(well, write=bad, direct=bad)

HOLD_BACK = {
    "it has just started": {"started": 9.0},
    "it ran late itself": {"punctual": 5.0},
    "it has acted a moment ago": {"acted": 29.0},
    "it reaches no quorum of consensus": {"consensus": Place(good=1.5, failing=1.5)},
    "nobody leads": {"leader": None},
    "the leader is new": {"leader_age": 9.0},
    "Patroni is paused": {"paused": True},
    "Postgres is starting or stopping": {"direct": replace(bad, said="FATAL:  the database system is shutting down")},
    "a handover is under way": {"handing_over": True},
    "no standby is recorded as synchronous": {"standby": None},
    "the record of the standby is new": {"sync_age": 2.0},
    "the standby does not answer as a running replica": {"standby_patroni": bad},
    "consensus is slow too": {"consensus": replace(good, steady=4.0)},
    "the standby is slow too": {"standby_patroni": replace(good, said="replica running", steady=4.0)},
    "the standby did not stream": {"streamed": 7.0},
}


class Judgement(unittest.TestCase):
    def test_a_primary_that_serves_is_left_alone(self):
        self.assertEqual(judge(well).act, "none")
        self.assertEqual(judge(Looks()).act, "none")

    def test_a_silent_primary_loses_its_lead(self):
        self.assertEqual(judge(silent).act, "delete-leader-key")

    def test_a_living_primary_that_does_not_serve_hands_over(self):
        self.assertEqual(judge(unserving).act, "switchover")

    def test_it_holds_back(self):
        for scene, (reason, change) in itertools.product((silent, unserving), HOLD_BACK.items()):
            with self.subTest(reason):
                verdict = judge(replace(scene, **change))
                self.assertEqual(verdict.act, "none")
                self.assertIn(reason, verdict.reason)

    def test_a_standby_that_starts_or_stops_takes_nothing_over(self):
        for said in ("replica starting", "replica stopping", "primary running", "uninitialized stopped"):
            self.assertEqual(judge(replace(silent, standby_patroni=replace(good, said=said))).act, "none")

    def test_no_place_alone_is_believed(self):
        """Each thing seen is taken back: then it is not agreed any more."""
        for change in (
            {"unrenewed": 1},  # consensus still hears it
            {"patroni": replace(good, said="primary running")},  # it still answers over the cluster network
            {"proxied": good},  # it still tells the proxies that it leads
            {"write": good, "unheard": 0.1},  # clients commit, and the standby hears it
        ):
            with self.subTest(change):
                self.assertEqual(judge(replace(silent, **change)).act, "none")
        for change in ({"write": good}, {"direct": good}, {"write": Place(good=2.5, failing=2.5)}):
            with self.subTest(change):
                self.assertEqual(judge(replace(unserving, **change)).act, "none")

    def test_the_standby_is_at_fault(self):
        """Commits wait for a standby that is gone or hears nothing: the primary has to take it out, and does."""
        self.assertEqual(judge(replace(unserving, standby_patroni=bad)).act, "none")
        self.assertEqual(judge(replace(unserving, unheard=2.5)).act, "none")
        self.assertEqual(judge(replace(unserving, standby_query=bad)).act, "none")

    def test_a_starved_machine(self):
        """Seen with a load of 148 on two cores: the primary was as slow as all else, and nothing was gained."""
        for scene in (silent, unserving):
            slow = replace(scene.standby_patroni, steady=1.0)
            self.assertIn("slow too", judge(replace(scene, standby_patroni=slow)).reason)
            dead = replace(bad, failing=8.5)
            self.assertNotEqual(judge(replace(scene, standby_patroni=slow, write=dead, direct=dead)).act, "none")

    def test_both_are_slow(self):
        """Load, a slow disk under both, a checkpoint: the standby answers no quicker."""
        self.assertEqual(judge(replace(unserving, standby_query=Place(good=1.2, failing=1.2))).act, "none")

    def test_patroni_at_work(self):
        for said in ("primary restarting", "primary stopping", "replica starting", "primary crashed"):
            self.assertEqual(judge(replace(unserving, patroni=replace(good, said=said))).act, "none")

    def test_the_witness_is_cut_off(self):
        """It sees nothing of anybody."""
        blind = replace(silent, consensus=bad, standby_patroni=bad, standby_query=bad)
        self.assertEqual(judge(blind).act, "none")
        # Of its two networks, the data network is lost only.
        self.assertEqual(judge(replace(well, write=bad, direct=bad, standby_query=bad, proxied=bad)).act, "none")
        # Or the cluster network only.
        self.assertEqual(judge(replace(well, consensus=bad, patroni=bad, standby_patroni=bad)).act, "none")

    def test_whatever_is_seen(self):
        """Drawn at random: it acts only where every condition to act holds, written out anew."""
        draw, acted = random.Random(18), 0
        for _ in range(20_000):
            scene = draw.choice((silent, unserving))
            other = draw.choice((well, silent, unserving, Looks()))
            names = draw.sample([field.name for field in fields(Looks)], draw.randint(0, 3))
            looks = replace(scene, **{name: getattr(other, name) for name in names})
            looks = replace(looks, **draw.choice([{}, {}, *HOLD_BACK.values()]))
            act = judge(looks).act
            if act == "none":
                continue
            acted += 1
            self.assertLess(looks.consensus.good, 1)
            self.assertTrue(looks.leader and looks.standby and not looks.paused and not looks.handing_over)
            self.assertEqual(looks.standby_patroni.said, "replica running")
            self.assertGreaterEqual(min(looks.started, looks.leader_age), 10)
            self.assertGreaterEqual(looks.acted, 30)
            if act == "delete-leader-key":
                self.assertTrue(looks.unrenewed >= 2 and looks.patroni.failing >= 1.5 and looks.proxied.failing > 0)
                self.assertTrue(looks.write.failing >= 1.5 or looks.unheard >= 2)
            else:
                self.assertTrue(looks.write.failing >= 3 and looks.direct.failing >= 1.5)
                self.assertTrue(looks.standby_query.good < 1 and looks.unheard < 2)
        self.assertGreater(acted, 1_000)

    def test_ages_that_are_not_known(self):
        self.assertEqual(judge(replace(silent, streamed=NEVER)).act, "none")


if __name__ == "__main__":
    unittest.main()
