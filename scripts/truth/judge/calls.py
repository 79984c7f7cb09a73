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
        if channel is not None:
            yield direction, channel, result


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
