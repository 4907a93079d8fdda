"""Whether a text is in the one form whose bytes are hashed: UTF-8, NFC, LF, nothing trailing."""

import unicodedata

from privacy_engine.errors import Fault

_BOM = "\ufeff"


def canonical_faults(path: str, text: str) -> list[Fault]:
    """Return every way in which `text` is not canonical, with its line; empty when it is.

    Nothing is mended silently: the author must see what will be hashed and published.
    """
    faults: list[Fault] = []
    if text.startswith(_BOM):
        faults.append(Fault(path, 1, "starts with a byte order mark; save it without"))
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        faults += [Fault(path, number, message) for message in _line_faults(line)]
    if not text.endswith("\n"):
        faults.append(Fault(path, len(lines), "does not end with a line feed"))
    elif text.endswith("\n\n"):
        faults.append(Fault(path, len(lines) - 1, "ends with more than one line feed"))
    return faults


def _line_faults(line: str) -> list[str]:
    messages = []
    if "\r" in line:
        messages.append("has a carriage return; lines end with LF alone")
    line = line.rstrip("\r")
    if line != line.rstrip():
        messages.append("has spaces at its end")
    if not unicodedata.is_normalized("NFC", line):
        messages.append("is not in Unicode normal form C")
    return messages
