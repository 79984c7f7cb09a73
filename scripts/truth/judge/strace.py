"""What strace saw: its file of lines `PID call(arguments) = result`, added up by process, channel and direction."""

import re
from collections import Counter

import calls
import totals

LINE = re.compile(r"(\d+) +(.*)")
CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+|\?)", re.DOTALL)
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
UNFINISHED = " <unfinished ...>"
MAKES_TASK = {"clone", "clone3", "fork", "vfork"}
MADE_FIFO = re.compile(r'mknodat\(AT_FDCWD<([^>]*)>, "([^"]*)", S_IFIFO.* = 0$')

KILL = re.compile(r"(-?\d+), (SIG\w+)")
TO_THREAD = re.compile(r"(\d+), \d+, (SIG\w+)")
TO_PIDFD = re.compile(r"\d+<pid:(\d+)>, (SIG\w+)")
SIGNALS = {
    "kill": KILL,
    "rt_sigqueueinfo": KILL,
    "tgkill": TO_THREAD,
    "rt_tgsigqueueinfo": TO_THREAD,
    "pidfd_send_signal": TO_PIDFD,
}


class Strace:
    """Reads a file of strace once.

    `totals` are by process, not by thread. `vague` are (process, direction, family) of which strace did not name all
    channels. `notes` count what was seen and cannot be compared.
    """

    FAMILIES = {"pipe", "fifo", "unix", "tcp", "udp", "pty", "typed", "signal"}
    NAMES_FIFOS = True

    def __init__(self, lines):
        self.notes = Counter()
        self._fifos = set()
        self._creators = {}
        self._by_task = totals.Totals()
        self._vague = set()
        self._last = {}
        self._groups = set()
        for task, text in _whole_calls(lines):
            self._see(task, text)

        process = self._process
        self.totals = totals.Totals()
        for (task, direction, channel), count in self._by_task.sums.items():
            self.totals.add(process(task), direction, channel, count)
        self.vague = {(process(task), direction, family) for task, direction, family in self._vague}
        self._cut = {(process(task), *key) for task, keys in self._last.items() for key in keys}
        self._groups = {(process(task), name) for task, name in self._groups}

    def leaves_out(self, key):
        """Whether a key is of a signal that went to a group, too: strace does not say whom that reached."""
        process, _, channel = key
        kind, _, rest = channel.partition(" ")
        return kind == "signal" and (process, rest.split(">")[0]) in self._groups

    def is_doubtful(self, key):
        """Whether a thread was killed in its last call, and that was there.

        strace shows no result of such a call then, or that of another thread's call.
        """
        return key in self._cut

    def _process(self, task):
        """The process of a thread: that of the thread which made it."""
        while task in self._creators:
            task = self._creators[task]
        return task

    def _see(self, task, text):
        fifo = MADE_FIFO.match(text)
        if fifo:
            folder, path = fifo.groups()
            self._fifos.add(path if path.startswith("/") else f"{folder}/{path}")
            return
        call = CALL.match(text)
        if not call:
            return
        name, arguments, result = call.groups()
        # Who ends by itself is in no other call.
        self._last[task] = []
        if name in calls.MOVES:
            moves = list(calls.moves(name, arguments, max(int(result), 0) if result != "?" else 0, self._fifos))
            self._last[task] = [(direction, channel) for direction, channel, _ in moves]
            self._see_moves(task, moves)
        elif result != "?" and int(result) >= 0:
            self._see_result(task, name, arguments, int(result))

    def _see_moves(self, task, moves):
        for direction, channel, count in moves:
            if count and totals.is_edited(direction, channel):
                self.notes["reads of terminals"] += 1
            elif count:
                self._by_task.add(task, direction, channel, count)
                if channel in totals.VAGUE.values():
                    self._vague.add((task, direction, totals.family(channel)))

    def _see_result(self, task, name, arguments, result):
        if name in MAKES_TASK:
            if "CLONE_THREAD" in arguments:
                self._creators[result] = task
        elif name in SIGNALS:
            self._see_signal(task, SIGNALS[name].match(arguments))
        elif name == "io_uring_enter":
            self.notes["calls of io_uring_enter"] += 1

    def _see_signal(self, task, match):
        if not match:
            return
        target, name = match.groups()
        if int(target) > 0:
            self._by_task.add(task, totals.SENT, totals.signal(name, target), 1)
        else:
            self._groups.add((task, name))
            self.notes["signals to groups"] += 1


def _whole_calls(lines):
    """Yields (task, text of one call), with calls put together that other tasks' lines have interrupted."""
    begun = {}
    for line in lines:
        match = LINE.match(line.rstrip("\n"))
        if not match:
            continue
        task, text = int(match[1]), match[2]
        if text.endswith(UNFINISHED):
            begun[task] = text.removesuffix(UNFINISHED)
            continue
        resumed = RESUMED.match(text)
        if resumed:
            text = begun.pop(task, "") + resumed[1]
        yield task, text
    # What never came back was cut off by its process's death.
    for task, text in begun.items():
        yield task, f"{text}) = ?"
