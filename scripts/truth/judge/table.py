"""The results of all programs as tables in Markdown."""

import result

FULL_HEAD = (
    "| program | what it does | processes | events | unknown ends | inferred | lost | bytes | equal totals | besides |"
)
FULL_RULE = "|---|---|--:|--:|--:|--:|--:|--:|--:|---|"
SHORT_HEAD = "| program | events | unknown | inferred | lost | equal totals "
SHORT_RULE = "|---|--:|--:|--:|--:|--:"

BESIDES = {
    "reads of terminals": "reads of terminals",
    "io_uring_enter": "calls of io_uring_enter",
    "signals to groups": "signals to groups",
    "writes cut off by death": "writes cut off by death",
}


def full(results, purposes):
    """`purposes` says by name what a program does."""
    return "\n".join([FULL_HEAD, FULL_RULE] + [_full_row(one, purposes[one["name"]]) for one in results])


def short(results):
    """Two programs a line."""
    half = (len(results) + 1) // 2
    cells = [_short_cells(one) for one in results] + ["| | | | | | "] * (len(results) % 2)
    rows = [f"{left}{right}|" for left, right in zip(cells[:half], cells[half:])]
    return "\n".join([f"{SHORT_HEAD * 2}|", f"{SHORT_RULE * 2}|"] + rows)


def line(one):
    """One line for the terminal."""
    name = one["name"]
    if one["outcome"] == result.MISSING:
        return f"{name}: MISSING: {one['reason']}"
    text = (
        f"{name}: {one['outcome']}: {one['events']} events, {one['unknown']} unknown ends, {one['inferred']} inferred, "
        f"{one['lost']} lost; {one['compared']} totals of {one['processes']} processes, {one['volume']} bytes"
    )
    if one["reason"]:
        text += f"; {one['reason']}"
    for process, direction, channel, seen, said in one["differences"]:
        text += f"\n  {process} {direction} {channel}: strace {seen}, ipcdump {said}"
    return text


def _full_row(one, purpose):
    if one["outcome"] == result.MISSING:
        return f"| {one['name']} | {purpose} | | | | | | | | not installed: {one['reason']} |"
    figures = [one[key] for key in ("processes", "events", "unknown", "inferred", "lost", "volume")]
    besides = [f"{one['notes'][key]:,} {words}" for key, words in BESIDES.items() if one["notes"].get(key)]
    if one["undelivered"]:
        besides.append(f"{one['undelivered']:,} undelivered")
    if one["left_out"]:
        besides.append(f"{one['left_out']:,} totals not compared")
    if one["outcome"] == result.FAILED:
        besides.insert(0, f"**failed**: {one['reason']}")
    cells = [one["name"], purpose] + [f"{figure:,}" for figure in figures] + [_equal(one), ", ".join(besides)]
    return "| " + " | ".join(cells) + " |"


def _short_cells(one):
    if one["outcome"] == result.MISSING:
        return f"| {one['name']} | | | | | not installed "
    figures = [f"{one[key]:,}" for key in ("events", "unknown", "inferred", "lost")]
    return "| " + " | ".join([one["name"], *figures, _equal(one)]) + " "


def _equal(one):
    if one["outcome"] == result.FAILED:
        return "**failed**"
    equal = f"{one['compared'] - len(one['differences']):,} of {one['compared']:,}"
    return equal if one["outcome"] == result.EQUAL else f"**{equal}**"
