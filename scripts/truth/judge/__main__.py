"""Judges what scripts/truth/run has left: a folder for each program, in it one for each witness, with what ipcdump
said (`events`) and what the witness has (`seen`).

judge --one FOLDER        compares, keeps the result there, prints a line for each witness
judge FOLDER…             prints the table of kept results; ends with 0 if all are equal, 1 if any differs or has
                          failed, 2 if only some are missing
"""

import argparse
import pathlib
import sys

import document
import result
import table

PROGRAMS = pathlib.Path(__file__).resolve().parent.parent / "programs"


def purpose(name):
    """A program's second line says what it does."""
    return (PROGRAMS / name).read_text().splitlines()[1].removeprefix("# ")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", action="store_true")
    parser.add_argument("--document", metavar="FILE", help="put the table into this file")
    parser.add_argument("--readme", metavar="FILE", help="put the short table into this one")
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    options = parser.parse_args()
    if options.one:
        for folder in options.folders:
            print(table.lines(result.judge(folder)), flush=True)
        return 0

    results = [result.kept(folder) for folder in options.folders]
    purposes = {one["name"]: purpose(one["name"]) for one in results}
    print(table.full(results, purposes))
    if options.document:
        document.write_full(options.document, results, purposes)
    if options.readme:
        document.write_short(options.readme, results)
    outcomes = {one["outcome"] for one in results}
    return 1 if outcomes & {result.DIFFERS, result.FAILED} else 2 if result.MISSING in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
