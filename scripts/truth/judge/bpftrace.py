"""What bpftrace added up (witnesses/sums.bt): lines `@sum[process, direction, kind, one, other]: bytes`."""

import re
from collections import Counter

import totals
from totals import RECEIVED, SENT

LINE = re.compile(r"@(sum|batch)\[(\d+), (\d), (\d), (\d+), (\d+)\]: (\d+)")


class Bpftrace:
    """Reads the file that bpftrace has written at its end.

    `totals` and `vague` are those of Strace. Signals were not watched. The results of sendmmsg and recvmmsg are no bytes,
    so that totals of their sockets are left out.
    """

    FAMILIES = {"pipe", "unix", "tcp", "udp", "pty", "typed"}
    NAMES_FIFOS = False

    def __init__(self, lines):
        self.totals = totals.Totals()
        self.vague = set()
        self.notes = Counter()
        self._batched = set()
        for match in filter(None, map(LINE.match, lines)):
            process, is_write, *channel, count = map(int, match.groups()[1:])
            direction = SENT if is_write else RECEIVED
            name = _name(direction, *channel)
            if totals.is_edited(direction, name):
                continue
            if match[1] == "batch":
                self._batched.add((process, direction, name))
                continue
            self.totals.add(process, direction, name, count)
            if name in totals.VAGUE.values():
                self.vague.add((process, direction, totals.family(name)))

    def leaves_out(self, key):
        """Whether some of a key's calls had no bytes as their result."""
        return key in self._batched

    def is_doubtful(self, key):
        """Never: what a killed thread's last call has moved is its result."""
        return False


def _name(direction, kind, one, other):
    if kind == 1:
        return totals.pipe(one)
    if kind == 2:
        return totals.unix(one)
    if kind == 3:
        local, remote = _port(one), _port(other)
        return totals.tcp(local, remote) if direction == SENT else totals.tcp(remote, local)
    if kind == 4:
        return totals.udp(_port(one))
    if kind == 5:
        return totals.terminal(f"pts/{one}")
    return totals.MASTER if one == 2 else totals.VAGUE["pty"]


def _port(number):
    """A port out of the network's order."""
    return int.from_bytes(number.to_bytes(2, "little"), "big")
