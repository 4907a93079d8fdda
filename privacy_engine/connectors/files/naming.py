"""Which paths a declared pattern means for one person; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from privacy_engine.connectors.protocol import Identifiers

_PART = re.compile(r"\{(email|phone|account|device)\}|\*\*/?|\*|\?|[^*?{]+|\{")
_UNSAFE = frozenset({"", ".", ".."})


@dataclass(frozen=True)
class Wanted:
    """Paths to look at: those below `folder` that `matches` accepts whole."""

    folder: str
    matches: re.Pattern[str]


def values_of(identifiers: Identifiers, kind: str) -> tuple[str, ...]:
    """Return the values of one kind of identifier, in every form that a name may bear."""
    if kind == "email":
        return identifiers.emails
    if kind == "phone":
        bare = (re.sub(r"\D", "", item) for item in identifiers.phones)
        return tuple(dict.fromkeys([*identifiers.phones, *filter(None, bare)]))
    return identifiers.accounts if kind == "account" else identifiers.devices


def wanted(pattern: str, identifiers: Identifiers) -> Iterator[Wanted]:
    """Yield what to look at for this person; nothing when the pattern names another kind.

    A value with a slash, or that is only dots, names no file: it could lead out of the folder.
    """
    for values in _choices(_kinds(pattern), identifiers):
        expression = "".join(_expression(part, values) for part in _parts(pattern))
        filled = "".join(_fill(part, values) for part in _parts(pattern))
        yield Wanted(_folder(filled), re.compile(expression, _flags(values)))


def _kinds(pattern: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"\{(\w+)\}", pattern)))


def _choices(kinds: list[str], identifiers: Identifiers) -> Iterator[dict[str, str]]:
    if not kinds:
        yield {}
        return
    for value in values_of(identifiers, kinds[0]):
        if value in _UNSAFE or "/" in value or "\\" in value or "\0" in value:
            continue
        for more in _choices(kinds[1:], identifiers):
            yield {kinds[0]: value, **more}


def _parts(pattern: str) -> Iterator[str]:
    return (found[0] for found in _PART.finditer(pattern))


def _expression(part: str, values: dict[str, str]) -> str:
    match part:
        case "**/":
            return "(?:[^/]+/)*"
        case "**":
            return ".*"
        case "*":
            return "[^/]*"
        case "?":
            return "[^/]"
        case _:
            return re.escape(_fill(part, values))


def _fill(part: str, values: dict[str, str]) -> str:
    return values[part[1:-1]] if part.startswith("{") and part[1:-1] in values else part


def _folder(filled: str) -> str:
    """Return the folder before the first part that may vary, so that little is listed."""
    fixed = re.split(r"[*?]", filled, maxsplit=1)[0]
    return fixed.rpartition("/")[0]


def _flags(values: dict[str, str]) -> re.RegexFlag:
    # The domain of an address has no case, and nobody gives two people names that differ in it.
    return re.IGNORECASE if "email" in values else re.RegexFlag(0)
