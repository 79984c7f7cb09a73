"""What is kept of a program's runs, one under each witness, beside the files in its folder."""

import json
import pathlib

from bpftrace import Bpftrace
from observer import Observer
from strace import Strace
from verdict import Verdict

EQUAL, DIFFERS, FAILED, MISSING = "equal", "differs", "failed", "missing"
WITNESSES = {"strace": Strace, "bpftrace": Bpftrace}
# Worse ones later.
OUTCOMES = [EQUAL, MISSING, FAILED, DIFFERS]


def judge(folder):
    """Judges the runs in `folder`, and keeps the result there."""
    folder = pathlib.Path(folder)
    runs = {name: _run(folder / name, witness) for name, witness in WITNESSES.items() if (folder / name).exists()}
    result = {"name": folder.name, "outcome": max((run["outcome"] for run in runs.values()), key=OUTCOMES.index)}
    result["runs"] = runs
    (folder / "result").write_text(json.dumps(result))
    return result


def kept(folder):
    return json.loads((pathlib.Path(folder) / "result").read_text())


def _run(folder, witness_type):
    missing = folder / "missing"
    if missing.exists():
        return {"outcome": MISSING, "reason": f"no {missing.read_text().strip()}"}
    failure = "; ".join((folder / "failure").read_text().splitlines())
    if not (folder / "seen").exists() or not (folder / "events").exists():
        return {"outcome": FAILED, "reason": failure or "nothing was traced"}
    with open(folder / "seen", errors="replace") as lines:
        witness = witness_type(lines)
    with open(folder / "events", errors="replace") as lines:
        observer = Observer(lines, witness.NAMES_FIFOS)
    verdict = Verdict(witness, observer)
    if not failure and not verdict.compared:
        failure = "it did nothing"
    return {
        "outcome": DIFFERS if verdict.differences else FAILED if failure else EQUAL,
        "reason": failure,
        "events": observer.events,
        "unknown": observer.unknown,
        "inferred": observer.inferred,
        "undelivered": observer.undelivered,
        "lost": observer.lost,
        "compared": verdict.compared,
        "equal": verdict.compared - len(verdict.differences),
        "volume": verdict.volume,
        "left_out": verdict.left_out,
        "differences": verdict.differences,
        "notes": dict(witness.notes),
    }
