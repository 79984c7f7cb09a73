"""What is kept of one run, beside the files of ipcdump and strace in its folder."""

import json
import pathlib

from observer import Observer
from verdict import Verdict
from witness import Witness

EQUAL, DIFFERS, FAILED, MISSING = "equal", "differs", "failed", "missing"


def judge(folder):
    """Judges what a run left in `folder`, and keeps the result there."""
    folder = pathlib.Path(folder)
    result = {"name": folder.name, "outcome": EQUAL}
    missing = folder / "missing"
    if missing.exists():
        result |= {"outcome": MISSING, "reason": missing.read_text().strip()}
    else:
        result |= _compared(folder)
    (folder / "result").write_text(json.dumps(result))
    return result


def kept(folder):
    return json.loads((pathlib.Path(folder) / "result").read_text())


def _compared(folder):
    with open(folder / "strace", errors="replace") as lines:
        witness = Witness(lines)
    with open(folder / "events", errors="replace") as lines:
        observer = Observer(lines)
    verdict = Verdict(witness, observer)
    failure = "; ".join((folder / "failure").read_text().splitlines())
    outcome = FAILED if failure or not verdict.compared else DIFFERS if verdict.differences else EQUAL
    return {
        "outcome": outcome,
        "reason": failure or ("" if verdict.compared else "it did nothing"),
        "processes": len(witness.processes),
        "events": observer.events,
        "kinds": dict(observer.kinds),
        "unknown": observer.unknown,
        "inferred": observer.inferred,
        "undelivered": observer.undelivered,
        "lost": observer.lost,
        "compared": verdict.compared,
        "volume": verdict.volume,
        "left_out": verdict.left_out,
        "differences": verdict.differences,
        "notes": dict(witness.notes),
    }
