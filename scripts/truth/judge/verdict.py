"""Compares what ipcdump said with what strace saw."""

from totals import SENT


class Verdict:
    """The comparison of one run.

    `compared` is how many totals were compared, `volume` the bytes that the witness saw, in both directions.
    `differences` are (process, direction, channel, seen by strace, said by ipcdump). `left_out` counts totals that
    cannot be compared, because strace does not know them whole.
    """

    def __init__(self, witness, observer):
        seen = witness.totals.blurred(witness.vague).sums
        said = observer.totals.blurred(witness.vague).sums
        unwitnessed = {key for key in said if key[0] not in witness.processes and key[0] != -1}
        self.differences = []
        self.compared = 0
        self.volume = 0
        self.left_out = 0
        for key in sorted(seen.keys() | said.keys(), key=str):
            process, _, channel = key
            if process == -1:
                # Counted as unknown; the witness's total lacks its counterpart, which is a difference there.
                continue
            if key in witness.unfinished or _is_to_group(key, witness.groups):
                self.left_out += 1
                continue
            self.compared += 1
            if not channel.startswith("signal"):
                self.volume += seen[key]
            if seen[key] != said[key] or key in unwitnessed:
                self.differences.append((*key, seen[key], said[key]))


def _is_to_group(key, groups):
    process, direction, channel = key
    kind, _, rest = channel.partition(" ")
    return kind == "signal" and direction == SENT and (process, rest.split(">")[0]) in groups
