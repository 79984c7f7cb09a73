"""What ipcdump said: its JSON, added up by process, channel and direction."""

import json
from collections import Counter

import totals
from totals import RECEIVED, SENT


WITNESSES = {"strace", "bpftrace"}


class Observer:
    """Reads the lines of `ipcdump -f json` once. What the witness itself does, such as stopping itself, is left out.

    `names_fifos` says whether a FIFO is called by its path, or by its inode as other pipes are.

    `unknown` counts ends that nobody knows, `inferred` events with anything inferred, `lost` records that were lost.
    """

    def __init__(self, lines, names_fifos):
        self._names_fifos = names_fifos
        self.totals = totals.Totals()
        self.kinds = Counter()
        self.events = 0
        self.unknown = 0
        self.inferred = 0
        self.undelivered = 0
        self.lost = 0
        for line in lines:
            event = json.loads(line)
            if "lost_type" in event:
                self.lost += event["count"]
            elif not WITNESSES & {event["src_comm"], event["dst_comm"]}:
                self._see(event)

    def _see(self, event):
        is_delivered = event.get("delivered", True)
        self.events += 1
        self.kinds[event["type"]] += 1
        self.inferred += "inferred" in event
        self.undelivered += not is_delivered
        self.unknown += event["src_pid"] == -1
        self.unknown += event["dst_pid"] == -1 and is_delivered

        meta = event["meta"]
        sender, receiver = self._channels(event["type"], meta, event["dst_pid"])
        count = meta.get("count", 1)
        self.totals.add(event["src_pid"], SENT, sender, count)
        if receiver and is_delivered:
            self.totals.add(event["dst_pid"], RECEIVED, receiver, meta.get("received", count))

    def _channels(self, kind, meta, target):
        """What the channel is called at the sender's end and at the receiver's; None where that is not compared."""
        if kind == "pipe":
            named = self._names_fifos and meta["pipe_name"] != "<anonymous>"
            name = totals.fifo(meta["pipe_name"]) if named else totals.pipe(meta["pipe_inode"])
            return name, name
        if kind.startswith("unix"):
            return totals.unix(meta.get("src_inode")), totals.unix(meta.get("dst_inode"))
        if kind == "loopback-tcp":
            name = totals.tcp(meta["src_port"], meta["dst_port"])
            return name, name
        if kind == "loopback-udp":
            return totals.udp(meta["src_port"]), totals.udp(meta["dst_port"])
        if kind == "pty":
            return (totals.MASTER if meta["direction"] == "input" else totals.terminal(meta["tty_name"])), None
        if kind == "signal":
            return totals.signal(meta["name"], target), None
        raise ValueError(f"an event of the type {kind}, which no witness sees")
