"""Puts the tables into the documents, between the lines `<!-- truth -->` and `<!-- /truth -->`."""

import datetime
import pathlib
import platform

import table

BEGIN, END = "<!-- truth -->", "<!-- /truth -->"


def write_full(path, results, purposes):
    date = datetime.datetime.now(datetime.timezone.utc).date()
    head = f"`make truth`, {date}, Linux {platform.release()}, {_system()}."
    _put(path, f"{head}\n\n{table.full(results, purposes)}")


def write_short(path, results):
    _put(path, table.short(results))


def _put(path, text):
    path = pathlib.Path(path)
    before, _, rest = path.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def _system():
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
