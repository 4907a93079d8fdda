"""Which paths a declared pattern means for one person; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.instance import file_patterns

_UNSAFE = frozenset({"", ".", ".."})


@dataclass(frozen=True)
class Wanted:
    """Paths to look at: those below `folder` that `matches` accepts whole.

    `theirs` accepts folders that bear the person's name, and those inside; None where only the
    files do.
    """

    folder: str
    matches: re.Pattern[str]
    theirs: re.Pattern[str] | None = None


def values_of(identifiers: Identifiers, kind: str) -> tuple[str, ...]:
    """Return the values of one kind of identifier, in every form that a name may bear."""
    if kind == "email":
        return identifiers.emails
    if kind == "phone":
        bare = [form for item in identifiers.phones for form in _digits(item)]
        return tuple(dict.fromkeys([*identifiers.phones, *bare]))
    return identifiers.accounts if kind == "account" else identifiers.devices


def _digits(phone: str) -> Iterator[str]:
    """Yield a telephone's digits, with and without the North American 1."""
    digits = re.sub(r"\D", "", phone)
    if digits:
        yield digits
    if len(digits) == 11 and digits.startswith("1"):
        yield digits[1:]
    if len(digits) == 10:
        yield f"1{digits}"


def wanted(pattern: str, identifiers: Identifiers) -> Iterator[Wanted]:
    """Yield what to look at for this person; nothing when the pattern names another kind.

    A value with a slash, or that is only dots, names no file: it could lead out of the folder.
    """
    for values in _choices(file_patterns.words_in(pattern), identifiers):
        folder = _folder(pattern, values)
        found = re.compile(file_patterns.expression(pattern, values), _flags(values))
        yield Wanted(folder, found, _theirs(pattern, values))


def _theirs(pattern: str, values: dict[str, str]) -> re.Pattern[str] | None:
    """Return what accepts the folders of a pattern from the first that names the person."""
    above, _, inside = pattern.partition("{")
    named = inside.partition("/")
    if not inside or not named[1]:
        return None
    whole = file_patterns.expression(f"{above}{{{named[0]}", values)
    return re.compile(f"{whole}(?:/.*)?", _flags(values))


def _choices(kinds: list[str], identifiers: Identifiers) -> Iterator[dict[str, str]]:
    if not kinds:
        yield {}
        return
    for value in values_of(identifiers, kinds[0]):
        if value in _UNSAFE or "/" in value or "\\" in value or "\0" in value:
            continue
        for more in _choices(kinds[1:], identifiers):
            yield {kinds[0]: value, **more}


def _folder(pattern: str, values: dict[str, str]) -> str:
    """Return the folder before the first part that may vary, so that little is listed.

    An address varies in its capitals.
    """
    fixed = re.split(r"\*|\?|\{email\}", pattern, maxsplit=1)[0]
    return file_patterns.filled(fixed, values).rpartition("/")[0]


def _flags(values: dict[str, str]) -> re.RegexFlag:
    # The domain of an address has no case, and nobody gives two people names that differ in it.
    # A name may hold a line's end.
    return re.DOTALL | (re.IGNORECASE if "email" in values else re.RegexFlag(0))
