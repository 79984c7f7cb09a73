"""What both sides add up: how much a process sent or received through a channel.

A key is (process, direction, channel). Signals are counted, everything else is bytes. The words of channels are made
here, so that the witnesses' and ipcdump's cannot differ by their spelling.
"""

from collections import Counter

SENT = "sent"
RECEIVED = "received"


def pipe(inode):
    return f"pipe {inode}"


def fifo(path):
    return f"fifo {path}"


def unix(inode):
    """The socket at the process's own end."""
    return f"unix {inode}"


def tcp(source, destination):
    """One direction of a connection, by both ports, named the same at both ends."""
    return f"tcp {source}>{destination}"


def udp(port):
    """The port at the process's own end."""
    return f"udp {port}"


def terminal(name):
    """What is printed on a pseudoterminal, by its name below /dev."""
    return f"pty {name}"


def signal(name, target):
    return f"signal {name}>{target}"


# What is typed: the kernel does not name the terminal in the path of its master.
MASTER = "typed master"
# For sends of which a witness names the kind, but not the channel: before a UDP socket has a port, or through /dev/tty.
VAGUE = {"udp": "udp ?", "pty": "pty ?"}


def family(channel):
    """A channel's first word."""
    return channel.split(" ", 1)[0]


def is_edited(direction, channel):
    """Whether what is read has gone through a line discipline: echo, newlines, editing."""
    return direction == RECEIVED and family(channel) in ("pty", "typed")


class Totals:
    """Sums by (process, direction, channel)."""

    def __init__(self):
        self.sums = Counter()

    def add(self, process, direction, channel, count):
        # An empty message is an event, but adds nothing to either side.
        if count > 0:
            self.sums[process, direction, channel] += count

    def blurred(self, vague):
        """The same, with channels put together of which a (process, direction, family) in `vague` is not named whole."""
        result = Totals()
        for (process, direction, channel), count in self.sums.items():
            if (process, direction, family(channel)) in vague:
                channel = VAGUE[family(channel)]
            result.add(process, direction, channel, count)
        return result
