"""Which bytes a syscall moved, by its arguments and its result."""

import re

import descriptors
from totals import RECEIVED, SENT

WRITES = {"write", "writev", "pwritev2", "sendto", "sendmsg", "sendmmsg"}
READS = {"read", "readv", "preadv2", "recvfrom", "recvmsg", "recvmmsg"}
BETWEEN = {"splice", "tee", "sendfile", "vmsplice"}
MOVES = WRITES | READS | BETWEEN

# strace writes the length of each message behind its header.
MESSAGE_LENGTH = re.compile(r"msg_len=(\d+)")


def moves(name, arguments, result, fifos):
    """Yields (direction, channel, count) for a call that has returned `result`, which is not negative."""
    named = descriptors.all_in(arguments, fifos)
    if not named:
        return
    if name in BETWEEN:
        ends = _between(name, named)
    elif name in WRITES:
        ends = [(SENT, named[0])]
    elif "MSG_PEEK" in arguments:
        return
    else:
        ends = [(RECEIVED, named[0])]
    if name.endswith("mmsg"):
        result = sum(int(length) for length in MESSAGE_LENGTH.findall(arguments)[:result])
    for direction, descriptor in ends:
        channel = descriptor.channel(direction)
        # What a process reads from a terminal has gone through the line discipline: echo, newlines, editing.
        is_terminal = channel is not None and channel.split(" ")[0] in ("pty", "typed")
        if channel is not None and not (direction == RECEIVED and is_terminal):
            yield direction, channel, result


def terminal_reads(name, arguments, fifos):
    """Whether a call read from a pseudoterminal, which `moves` leaves out."""
    if name not in READS:
        return False
    channel = next((named.channel(RECEIVED) for named in descriptors.all_in(arguments, fifos)), None)
    return channel is not None and channel.split(" ")[0] in ("pty", "typed")


def _between(name, named):
    if name == "vmsplice":
        # Into the pipe; out of it, vmsplice is a readv, which none of the programs does.
        return [(SENT, named[0])]
    if name == "sendfile":
        return [(SENT, named[0])] + ([(RECEIVED, named[1])] if len(named) > 1 else [])
    if name == "tee":
        # The bytes stay in the first pipe.
        return [(SENT, named[1])] if len(named) > 1 else []
    return [(RECEIVED, named[0])] + ([(SENT, named[1])] if len(named) > 1 else [])
