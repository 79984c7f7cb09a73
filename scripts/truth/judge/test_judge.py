"""The judge is judged: python3 -m unittest discover --start-directory scripts/truth/judge"""

import json
import pathlib
import tempfile
import unittest

import document
import table
from bpftrace import Bpftrace
from observer import Observer
from strace import Strace
from verdict import Verdict

PIPELINE = """\
100 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x7f) = 101
101 write(1<pipe:[7]>, ""..., 18 <unfinished ...>
100 read(3<pipe:[7]>,  <unfinished ...>
101 <... write resumed>)              = 18
100 <... read resumed>""..., 4096)    = 18
100 read(3<pipe:[7]>, "", 4096)   = 0
101 exit_group(0)                 = ?
100 exit_group(0)                 = ?
"""


def event(kind, meta, source=101, destination=100, **more):
    envelope = {"src_pid": source, "src_comm": "a", "dst_pid": destination, "dst_comm": "b", "type": kind}
    return json.dumps(envelope | {"meta": meta} | more)


def pipe(count, **more):
    return event("pipe", {"pipe_name": "<anonymous>", "pipe_inode": 7, "count": count}, **more)


def seen(text):
    return dict(Strace(text.splitlines(keepends=True)).totals.sums)


class StraceTests(unittest.TestCase):
    def test_puts_interrupted_calls_together(self):
        self.assertEqual(seen(PIPELINE), {(101, "sent", "pipe 7"): 18, (100, "received", "pipe 7"): 18})

    def test_threads_are_their_process(self):
        text = """\
12 write(4<pipe:[7]>, ""..., 5) = 5
11 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} => {parent_tid=[12]}, 88) = 12
10 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} => {parent_tid=[11]}, 88) = 11
"""
        self.assertEqual(seen(text), {(10, "sent", "pipe 7"): 5})

    def test_failed_calls_and_peeks_move_nothing(self):
        text = """\
10 write(4<pipe:[7]>, ""..., 5) = -1 EPIPE (Broken pipe)
10 recvfrom(5<UNIX-STREAM:[8->9]>, ""..., 3, MSG_PEEK, NULL, NULL) = 3
10 read(4<pipe:[7]>, 0x7f, 5) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
10 read(6</etc/hosts>, ""..., 4096) = 90
10 write(6<anon_inode:[eventfd]>, ""..., 8) = 8
"""
        self.assertEqual(seen(text), {})

    def test_names_sockets_by_their_own_end(self):
        text = """\
10 sendto(5<UNIX-STREAM:[58->55,"/tmp/a.sock"]>, ""..., 2, 0, NULL, 0) = 2
10 recvmsg(6<UNIX:[94->93]>, {msg_name=NULL, msg_iov=[...], msg_flags=0}, 0) = 4
10 write(7<TCP:[127.0.0.1:1->127.0.0.1:2]>, ""..., 3) = 3
10 read(8<TCPv6:[[::ffff:127.0.0.1]:2->[::ffff:127.0.0.1]:1]>, ""..., 9) = 3
10 read(8<TCPv6:[[::1]:4->[::1]:3]>, ""..., 9) = 1
10 recvfrom(9<UDP:[0.0.0.0:53]>, ""..., 2, 0, NULL, NULL) = 2
"""
        expected = {
            (10, "sent", "unix 58"): 2,
            (10, "received", "unix 94"): 4,
            (10, "sent", "tcp 1>2"): 3,
            (10, "received", "tcp 1>2"): 3,
            (10, "received", "tcp 3>4"): 1,
            (10, "received", "udp 53"): 2,
        }
        self.assertEqual(seen(text), expected)

    def test_splices_are_read_here_and_written_there(self):
        text = """\
10 splice(3<pipe:[7]>, NULL, 4<pipe:[8]>, NULL, 99, 0) = 9
10 tee(3<pipe:[7]>, 4<pipe:[8]>, 99, 0) = 5
10 sendfile(4<pipe:[8]>, 5</etc/hosts>, [0] => [3], 3) = 3
"""
        self.assertEqual(seen(text), {(10, "received", "pipe 7"): 9, (10, "sent", "pipe 8"): 17})

    def test_batches_count_the_messages_that_went(self):
        messages = ", ".join(f"{{msg_hdr={{}}, msg_len={length}}}" for length in (3, 4, 9))
        text = f"10 sendmmsg(3<UNIX:[8->9]>, [{messages}], 3, 0) = 2\n"
        self.assertEqual(seen(text), {(10, "sent", "unix 8"): 7})

    def test_fifos_are_those_that_were_made(self):
        text = """\
10 mknodat(AT_FDCWD</tmp/x>, "f", S_IFIFO|0666) = 0
10 write(3</tmp/x/f>, ""..., 3) = 3
10 write(3</tmp/x/g>, ""..., 3) = 3
"""
        self.assertEqual(seen(text), {(10, "sent", "fifo /tmp/x/f"): 3})

    def test_terminals_are_compared_by_what_is_written(self):
        text = """\
10 write(1</dev/pts/1<char 136:1>>, ""..., 6) = 6
10 read(0</dev/pts/1<char 136:1>>, ""..., 6) = 6
10 write(3</dev/ptmx<char 5:2>>, ""..., 2) = 2
"""
        witness = Strace(text.splitlines())
        self.assertEqual(dict(witness.totals.sums), {(10, "sent", "pty pts/1"): 6, (10, "sent", "typed master"): 2})
        self.assertEqual(witness.notes["reads of terminals"], 1)

    def test_signals_are_counted_but_for_groups(self):
        text = """\
10 kill(11, SIGTERM) = 0
10 kill(11, 0) = 0
10 tgkill(12, 13, SIGUSR1) = 0
10 pidfd_send_signal(3<pid:14>, SIGKILL, NULL, 0) = 0
10 kill(-15, SIGHUP) = 0
"""
        witness = Strace(text.splitlines())
        expected = {
            (10, "sent", "signal SIGTERM>11"): 1,
            (10, "sent", "signal SIGUSR1>12"): 1,
            (10, "sent", "signal SIGKILL>14"): 1,
        }
        self.assertEqual(dict(witness.totals.sums), expected)
        self.assertTrue(witness.leaves_out((10, "sent", "signal SIGHUP>16")))
        self.assertFalse(witness.leaves_out((10, "sent", "signal SIGTERM>11")))


class BpftraceTests(unittest.TestCase):
    def test_names_channels_as_strace_does(self):
        text = """\
Attaching 5 probes...

@batch[10, 0, 4, 13568, 0]: 1
@sum[10, 1, 1, 7, 0]: 18
@sum[10, 0, 2, 58, 0]: 2
@sum[10, 1, 3, 256, 512]: 3
@sum[10, 0, 3, 512, 256]: 4
@sum[10, 0, 4, 13568, 0]: 5
@sum[10, 1, 5, 3, 0]: 6
@sum[10, 0, 5, 3, 0]: 7
@sum[10, 1, 6, 2, 0]: 8
@tree[10]: 1
"""
        witness = Bpftrace(text.splitlines(keepends=True))
        expected = {
            (10, "sent", "pipe 7"): 18,
            (10, "received", "unix 58"): 2,
            (10, "sent", "tcp 1>2"): 3,
            (10, "received", "tcp 1>2"): 4,
            (10, "received", "udp 53"): 5,
            (10, "sent", "pty pts/3"): 6,
            (10, "sent", "typed master"): 8,
        }
        self.assertEqual(dict(witness.totals.sums), expected)
        self.assertTrue(witness.leaves_out((10, "received", "udp 53")))


class VerdictTests(unittest.TestCase):
    def verdict(self, *events, text=PIPELINE):
        return Verdict(Strace(text.splitlines()), Observer(events, True))

    def test_equal_totals_are_equal(self):
        verdict = self.verdict(pipe(10), pipe(8))
        self.assertEqual((verdict.differences, verdict.compared, verdict.volume), ([], 2, 36))

    def test_a_missing_event_is_a_difference_at_both_ends(self):
        expected = [(100, "received", "pipe 7", 18, 10), (101, "sent", "pipe 7", 18, 10)]
        self.assertEqual(self.verdict(pipe(10)).differences, expected)

    def test_a_wrong_process_is_a_difference(self):
        expected = [(101, "sent", "pipe 7", 18, 10), (102, "sent", "pipe 7", 0, 8)]
        self.assertEqual(self.verdict(pipe(10), pipe(8, source=102)).differences, expected)

    def test_an_unknown_end_is_a_difference(self):
        self.assertEqual(self.verdict(pipe(18, source=-1)).differences, [(101, "sent", "pipe 7", 18, 0)])

    def test_what_nobody_read_was_written(self):
        text = '101 write(1<pipe:[7]>, ""..., 18) = 18\n'
        verdict = self.verdict(pipe(18, destination=-1, delivered=False), text=text)
        self.assertEqual((verdict.differences, verdict.compared), ([], 1))

    def test_a_datagram_that_was_cut_counts_as_received(self):
        text = """\
101 sendto(4<UNIX:[8->9]>, ""..., 5, 0, NULL, 0) = 5
100 recvfrom(3<UNIX:[9->8]>, ""..., 2, 0, NULL, NULL) = 2
"""
        datagram = event("unix-dgram", {"src_inode": 8, "dst_inode": 9, "count": 5, "received": 2})
        self.assertEqual(self.verdict(datagram, text=text).differences, [])

    def test_a_port_that_came_later_is_compared_by_process(self):
        text = """\
101 sendto(4<UDP:[8]>, ""..., 5, 0, {sa_family=AF_INET}, 16) = 5
101 sendto(4<UDP:[0.0.0.0:99]>, ""..., 1, 0, {sa_family=AF_INET}, 16) = 1
"""
        meta = {"src_port": 99, "dst_port": 53}
        datagrams = [event("loopback-udp", meta | {"count": count}, delivered=False) for count in (5, 1)]
        verdict = self.verdict(*datagrams, text=text)
        self.assertEqual((verdict.differences, verdict.compared), ([], 1))

    def test_what_death_cut_off_is_left_out(self):
        text = '101 write(1<pipe:[7]>, ""..., 180000 <unfinished ...>\n100 read(3<pipe:[7]>, ""..., 9) = 9\n'
        verdict = self.verdict(pipe(9), text=text)
        self.assertEqual((verdict.differences, verdict.compared, verdict.left_out), ([], 1, 1))

    def test_what_death_did_not_cut_off_is_compared(self):
        text = PIPELINE + "100 read(3<pipe:[7]>,  <unfinished ...>\n"
        self.assertEqual(self.verdict(pipe(10), pipe(8), text=text).compared, 2)

    def test_another_threads_result_is_not_taken_for_that_of_one_who_was_killed(self):
        text = """\
101 write(1<pipe:[7]>, ""..., 312 <unfinished ...>
100 write(1<anon_inode:[eventfd]>, ""..., 8) = 8
101 <... write resumed>)              = 8
100 read(3<pipe:[7]>, ""..., 4096) = 312
100 exit_group(0) = ?
"""
        verdict = self.verdict(pipe(312), text=text)
        self.assertEqual((verdict.differences, verdict.compared, verdict.left_out), ([], 1, 1))
        lost = self.verdict(pipe(312, destination=102), text=text)
        self.assertEqual([difference[0] for difference in lost.differences], [100, 102])


class ObserverTests(unittest.TestCase):
    def test_counts_what_is_not_certain(self):
        loss = json.dumps({"lost_type": "pipe", "count": 17, "bytes": 8704})
        undelivered = pipe(1, destination=-1, delivered=False)
        observer = Observer([pipe(1, source=-1), pipe(1, inferred=["src"]), undelivered, loss], True)
        figures = (observer.events, observer.unknown, observer.inferred, observer.undelivered, observer.lost)
        self.assertEqual(figures, (3, 1, 1, 1, 17))

    def test_leaves_out_how_strace_begins(self):
        stop = {"src_comm": "strace", "src_pid": 9, "dst_comm": "strace", "dst_pid": 9, "type": "signal", "meta": {}}
        self.assertEqual(Observer([json.dumps(stop)], True).events, 0)


class TableTests(unittest.TestCase):
    def test_a_missing_program_is_not_equal(self):
        run = {"outcome": "missing", "reason": "no redis-server"}
        missing = {"name": "redis", "outcome": "missing", "runs": {"strace": run}}
        self.assertIn("| not installed |  | no redis-server |", table.full([missing], {"redis": "a server"}))
        self.assertIn("not installed", table.short([missing]))

    def test_a_document_keeps_what_is_around(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "page.md")
            path.write_text("before\n<!-- truth -->\nold\n<!-- /truth -->\nafter\n")
            document.write_short(path, [])
            text = path.read_text()
        self.assertTrue(text.startswith("before\n<!-- truth -->\n| program |"))
        self.assertTrue(text.endswith("\n<!-- /truth -->\nafter\n"))
        self.assertNotIn("old", text)


if __name__ == "__main__":
    unittest.main()
