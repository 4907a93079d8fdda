"""Whether a text is in the one form whose bytes are hashed: UTF-8, NFC, LF, nothing trailing."""

import re
import unicodedata

from privacy_engine.errors import Fault

_BOM = "\ufeff"
_MOST_ALIKE = 3  # a file saved with other line ends would fill pages with one and the same fault
# Zero-width and direction marks, which change what is read or compared, and never what is seen.
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def canonical_faults(path: str, text: str) -> list[Fault]:
    """Return every way in which `text` is not canonical, with its line; empty when it is.

    Nothing is mended silently: the author must see what will be hashed and published.
    """
    faults: list[Fault] = []
    if text.startswith(_BOM):
        faults.append(Fault(path, 1, "starts with a byte order mark; save it without"))
    lines = text.split("\n")
    found: dict[str, list[int]] = {}
    for number, line in enumerate(lines, start=1):
        for message in _line_faults(line):
            found.setdefault(message, []).append(number)
    for message, numbers in found.items():
        faults += _alike(path, message, numbers)
    if not text.endswith("\n"):
        faults.append(Fault(path, len(lines), "does not end with a line feed"))
    elif text.endswith("\n\n"):
        faults.append(Fault(path, len(lines) - 1, "ends with more than one line feed"))
    return faults


def _alike(path: str, message: str, numbers: list[int]) -> list[Fault]:
    """Return the same fault of many lines, the last one named with how many follow it."""
    shown, more = numbers[:_MOST_ALIKE], len(numbers) - _MOST_ALIKE
    faults = [Fault(path, number, message) for number in shown]
    if more > 0:
        faults[-1] = Fault(path, shown[-1], f"{message} (and {more} more)")
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
    if unseen := _UNSEEN.search(line.removeprefix(_BOM)):
        name = unicodedata.name(unseen[0], "a control character")
        messages.append(f"holds a character that nobody sees: {name} (U+{ord(unseen[0]):04X})")
    if any(unicodedata.category(mark) == "Cc" and mark not in "\t\r" for mark in line):
        messages.append("holds a control character")
    return messages
