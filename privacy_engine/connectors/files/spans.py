"""Where in the text of a JSON document its records stand; pure.

A document is not written anew when records go: a number keeps its digits, and what a reader of
JSON would drop, such as a name that stands twice, stays.
"""

import json
import re

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def records(text: str, path: str) -> list[tuple[int, int]]:
    """Return start and end of every item of the list at a dotted path.

    Args:
        text: a document that was read as JSON already.
        path: where the list lies; empty: the document is it.
    """
    at = _skip(text, 1 if text.startswith("\ufeff") else 0)
    for name in filter(None, path.split(".")):
        at = _member(text, at, name)
    found = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        end = _end(text, at)
        found.append((at, end))
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def without(text: str, path: str, gone: list[bool]) -> str:
    """Return the text without those items of the list for which `gone` is true."""
    places = records(text, path)
    if not places:
        return text
    kept: list[str] = []
    for number, (start, end) in enumerate(places):
        if not gone[number]:
            before = text[places[number - 1][1] : start] if kept else ""
            kept.append(before + text[start:end])
    return text[: places[0][0]] + "".join(kept) + text[places[-1][1] :]


def _member(text: str, at: int, name: str) -> int:
    """Return where the value of a name begins; of a name that stands twice the last counts."""
    found = at
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        found = at if key == name else found
        at = _skip(text, _end(text, at))
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _end(text: str, at: int) -> int:
    return _DECODER.raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
