"""The results of all programs as tables in Markdown, and as lines for the terminal."""

import result

FULL_HEAD = "| program | what it does | events | unknown ends | inferred | lost | bytes | strace | bpftrace | besides |"
FULL_RULE = "|---|---|--:|--:|--:|--:|--:|--:|--:|---|"
SHORT_HEAD = "| program | events | unknown | inferred | lost | equal totals "
SHORT_RULE = "|---|--:|--:|--:|--:|--:"
FIGURES = ("events", "unknown", "inferred", "lost")


def full(results, purposes):
    """`purposes` says by name what a program does."""
    return "\n".join([FULL_HEAD, FULL_RULE] + [_full_row(one, purposes[one["name"]]) for one in results])


def short(results):
    """Two programs a line."""
    half = (len(results) + 1) // 2
    cells = [_short_cells(one) for one in results] + ["| | | | | | "] * (len(results) % 2)
    rows = [f"{left}{right}|" for left, right in zip(cells[:half], cells[half:])]
    return "\n".join([f"{SHORT_HEAD * 2}|", f"{SHORT_RULE * 2}|"] + rows)


def lines(one):
    """A line for each run, and one for each difference."""
    text = []
    for witness, run in one["runs"].items():
        head = f"{one['name']}, {witness}: {run['outcome']}"
        if "events" not in run:
            text.append(f"{head}: {run['reason']}")
            continue
        text.append(
            f"{head}: {run['events']} events, {run['unknown']} unknown ends, {run['inferred']} inferred, "
            f"{run['lost']} lost; {run['equal']} of {run['compared']} totals equal, {run['volume']} bytes"
            + (f"; {run['reason']}" if run["reason"] else "")
        )
        for process, direction, channel, seen, said in run["differences"]:
            text.append(f"  {process} {direction} {channel}: {witness} {seen}, ipcdump {said}")
    return "\n".join(text)


def _full_row(one, purpose):
    sums = _sums(one, (*FIGURES, "volume"))
    cells = [one["name"], purpose.replace("|", "\\|"), *sums]
    cells += [_equal([one["runs"][witness]]) if witness in one["runs"] else "" for witness in result.WITNESSES]
    return "| " + " | ".join([*cells, _besides(one)]) + " |"


def _short_cells(one):
    return "| " + " | ".join([one["name"], *_sums(one, FIGURES), _equal(list(one["runs"].values()))]) + " "


def _sums(one, keys):
    """Figures of all runs together."""
    runs = [run for run in one["runs"].values() if "events" in run]
    return [f"{sum(run[key] for run in runs):,}" if runs else "" for key in keys]


def _equal(runs):
    """How many totals are equal; in bold type if that is not all there is to say."""
    counted = [run for run in runs if "events" in run]
    outcomes = {run["outcome"] for run in runs}
    text = f"{sum(run['equal'] for run in counted):,} of {sum(run['compared'] for run in counted):,}" if counted else ""
    if result.FAILED in outcomes:
        return f"**failed** {text}".rstrip()
    if not counted:
        return "not installed"
    return f"**{text}**" if result.DIFFERS in outcomes else text


def _besides(one):
    notes = []
    for run in one["runs"].values():
        if run["reason"] and run["reason"] not in notes:
            notes.append(run["reason"])
    for key in ("undelivered", "left_out"):
        count = sum(run.get(key, 0) for run in one["runs"].values())
        if count:
            notes.append(f"{count:,} {'totals not compared' if key == 'left_out' else key}")
    for run in one["runs"].values():
        notes += [f"{count:,} {what}" for what, count in run.get("notes", {}).items()]
    return ", ".join(notes).replace("|", "\\|")
