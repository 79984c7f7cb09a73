"""Descriptors as strace -yy shows them.

`3<pipe:[50099]>`, `4<UNIX-STREAM:[55->58,"/x"]>`, `5<TCP:[127.0.0.1:1->127.0.0.1:2]>`, `1</dev/pts/1<char 136:1>>`.
"""

import re

import totals

DESCRIPTOR = re.compile(
    r"(?P<number>\d+)<(?:"
    r"(?P<family>[\w-]+):\[(?P<inside>.*?)\]>"
    r"|pid:(?P<pid>\d+)>"
    r"|(?P<path>/[^<>]*)(?:<(?:char|block) (?P<device>\d+:\d+)>)?>(?:\(deleted\))?"
    r")"
)


class Descriptor:
    """What one argument names. `fifos` are the paths that the traced processes have made FIFOs."""

    def __init__(self, match, fifos):
        self.family = match["family"] or ""
        self.inside = match["inside"] or ""
        self.path = match["path"] or ""
        self.device = match["device"] or ""
        self.fifos = fifos

    def channel(self, direction):
        """The channel's name in `totals`, or None for what is no channel."""
        if self.path:
            return self._channel_of_path()
        if self.family == "pipe":
            return totals.pipe(self.inside)
        if self.family.startswith("UNIX"):
            return totals.unix(re.match(r"\d+", self.inside)[0])
        if self.family.startswith("UDP"):
            return self._channel_of_udp()
        if self.family.startswith("TCP"):
            # If it is neither connected nor in the kernel's list any more, the inode stands there.
            local, _, remote = (end.rpartition(":")[2] for end in self.inside.partition("->"))
            return totals.tcp(local, remote) if direction == totals.SENT else totals.tcp(remote, local)
        return None

    def _channel_of_path(self):
        if self.path in self.fifos:
            return totals.fifo(self.path)
        if self.device.startswith("136:"):
            return totals.terminal(self.path.removeprefix("/dev/"))
        if self.device == "5:0":
            return totals.VAGUE["pty"]
        if self.device == "5:2":
            return totals.MASTER
        return None

    def _channel_of_udp(self):
        local = self.inside.partition("->")[0]
        address, colon, port = local.rpartition(":")
        return totals.udp(port) if colon and address else totals.VAGUE["udp"]


def all_in(arguments, fifos):
    return [Descriptor(match, fifos) for match in DESCRIPTOR.finditer(arguments)]
