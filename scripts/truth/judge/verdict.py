"""Compares what ipcdump said with what a witness saw."""

import totals


class Verdict:
    """The comparison of one run.

    `compared` is how many totals were compared, `volume` the bytes that the witness saw, in both directions.
    `differences` are (process, direction, channel, seen by the witness, said by ipcdump). `left_out` counts totals that
    cannot be compared, because the witness does not know them whole.
    """

    def __init__(self, witness, observer):
        seen = witness.totals.blurred(witness.vague).sums
        said = observer.totals.blurred(witness.vague).sums
        self.differences = []
        self.compared = 0
        self.volume = 0
        self.left_out = 0
        for key in sorted(seen.keys() | said.keys(), key=str):
            process, _, channel = key
            # An end that nobody knows is counted, and a difference in the total of whose it was.
            if process == -1 or totals.family(channel) not in witness.FAMILIES:
                continue
            if witness.leaves_out(key) or witness.is_doubtful(key) and said[key] != seen[key]:
                self.left_out += 1
                continue
            self.compared += 1
            if totals.family(channel) != "signal":
                self.volume += seen[key]
            if seen[key] != said[key]:
                self.differences.append((*key, seen[key], said[key]))
