"""What inside a file is a person's: rows of CSV, records of JSON, mentions in text; pure.

Everything that is not the person's is given back byte for byte.
"""

import csv
import email.policy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_string
from enum import Enum
from typing import Any

from privacy_engine.connectors.belonging import mention_of, normal
from privacy_engine.connectors.files import spans
from privacy_engine.connectors.files.naming import values_of
from privacy_engine.connectors.files.store import Unreadable
from privacy_engine.connectors.protocol import Identifiers
from privacy_engine.instance.data_map_kinds import FilesRule

_KINDS = ("email", "phone", "account", "device")
# A telephone or device may be shared, and an account number stands in many texts by chance.
_MENTIONED = ("email",)
_OF_ONE_PERSON = frozenset({"email", "account"})
# A cell may be long; the library's own limit would refuse the file.
_LONGEST_CELL = 8 * 1024 * 1024


class Match(Enum):
    """How a part of a file concerns the person."""

    NONE = "none"
    OWN = "own"
    MENTION = "mention"
    SHARED = "shared"


@dataclass(frozen=True, repr=False)
class Part:
    """One row, record or line: what it says, its bytes as they stand, and whose it is."""

    values: Mapping[str, Any]
    raw: str
    match: Match


class Finder:
    """Tells what names a person, by identity and by mention."""

    def __init__(self, rule: FilesRule, identifiers: Identifiers) -> None:
        self._rule = rule
        self._wanted = {
            kind: {normal(kind, value) for value in values_of(identifiers, kind)} - {""}
            for kind in _KINDS
        }
        self._mention = mention_of(word for kind in _MENTIONED for word in self._wanted[kind])

    def match(self, values: Mapping[str, Any], text: str) -> Match:
        """Return whether a record is the person's own, only mentions them, or neither.

        By a telephone or a device alone, which others may share, it is theirs if it bears no
        address and no account of somebody else.
        """
        kinds = {kind for kind in _KINDS if self._bears(values, kind)}
        if kinds & _OF_ONE_PERSON:
            return Match.OWN
        if self.mentions(text):
            return Match.MENTION
        if kinds and any(self._is_given(values, kind) for kind in _OF_ONE_PERSON):
            return Match.SHARED
        return Match.OWN if kinds else Match.NONE

    def _bears(self, values: Mapping[str, Any], kind: str) -> bool:
        wanted = self._wanted[kind]
        return any(item in wanted for item in self._borne(values, kind)) if wanted else False

    def _is_given(self, values: Mapping[str, Any], kind: str) -> bool:
        return bool(self._wanted[kind]) and any(self._borne(values, kind))

    def _borne(self, values: Mapping[str, Any], kind: str) -> Iterator[str]:
        for one, places in self._rule.identities:
            for place in places if one == kind else ():
                yield from (normal(kind, item) for item in _at(values, place))

    def addresses(self, values: Mapping[str, Any]) -> Iterator[str]:
        """Yield the addresses by which a record is somebody's own."""
        for kind, places in self._rule.identities:
            for place in places if kind == "email" else ():
                yield from (normal(kind, item) for item in _at(values, place))

    def mentions(self, text: str) -> bool:
        """Return whether a text bears an address of the person as a word of its own."""
        return bool(self._mention and self._mention.search(text))


def _at(values: Any, path: str) -> Iterator[object]:
    """Yield what lies at a dotted path; lists on the way are walked, absent parts give nothing."""
    if isinstance(values, Mapping) and path in values:
        values, path = values[path], ""
    if isinstance(values, list):
        for item in values:
            yield from _at(item, path)
    elif not path:
        if values is not None and not isinstance(values, Mapping):
            yield values
    elif isinstance(values, Mapping):
        first, _, rest = path.partition(".")
        yield from _at(values.get(first), rest)


def parts(kind: str, lines: Iterable[str], finder: Finder) -> Iterator[Part]:
    """Yield every part of a file, in order; their `raw` joined is the file.

    Args:
        kind: `csv`, `jsonl` or `text`.
        lines: the file's lines with their ends as they stand.
        finder: what names the person.

    Raises:
        Unreadable: the file is not what its name says.
    """
    if kind == "csv":
        yield from _rows(lines, finder)
    elif kind == "jsonl":
        yield from _json_lines(lines, finder)
    else:
        for line in lines:
            found = Match.MENTION if finder.mentions(line) else Match.NONE
            yield Part({"text": line.rstrip("\r\n")}, line, found)


class _Taken:
    """Lines on their way through the CSV reader, kept until the row that they make is read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._kept: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._kept.append(line)
            yield line

    def since(self) -> str:
        """Return what was read since the last call."""
        raw, self._kept = "".join(self._kept), []
        return raw


def _rows(lines: Iterable[str], finder: Finder) -> Iterator[Part]:
    taken = _Taken(lines)
    source = iter(taken)
    first = next(source, "")
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = max(",;\t|", key=first.count) if first else ","
    names = next(csv.reader([first], delimiter=delimiter), [])
    names = [name.strip().removeprefix("\ufeff").strip('"') for name in names]
    # A first row that bears an address of theirs is no row of names.
    yield Part({}, taken.since(), Match.MENTION if finder.mentions(first) else Match.NONE)
    reader = csv.reader(source, delimiter=delimiter)
    try:
        for row in reader:
            raw = taken.since()
            values = dict(zip(names, row, strict=False))
            yield Part(values, raw, finder.match(values, "\n".join(row)))
    except csv.Error:
        raise Unreadable("a CSV file cannot be read as one; nothing was changed in it") from None
    if rest := taken.since():
        yield Part({}, rest, Match.NONE)


def _json_lines(lines: Iterable[str], finder: Finder) -> Iterator[Part]:
    for line in lines:
        if not line.strip():
            yield Part({}, line, Match.NONE)
            continue
        yield Part(*_record(_parsed(line), line, finder))


def _record(item: Any, raw: str, finder: Finder) -> tuple[Mapping[str, Any], str, Match]:
    values = item if isinstance(item, dict) else {"value": item}
    try:
        return values, raw, finder.match(values, _text_of(item))
    except RecursionError:
        raise Unreadable("a JSON file is nested too deeply; nothing was changed in it") from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise Unreadable("a JSON file cannot be read as one; nothing was changed in it") from None


def _text_of(values: Any) -> str:
    """Return every text inside, so that an escaped character hides nobody."""
    if isinstance(values, Mapping):
        return "\n".join([*map(str, values), *(_text_of(item) for item in values.values())])
    if isinstance(values, list):
        return "\n".join(_text_of(item) for item in values)
    return values if isinstance(values, str) else ""


@dataclass(frozen=True, repr=False)
class Document:
    """A document and the records in it; `whole` when it is itself the one record."""

    text: str
    records: list[Part]
    whole: bool


def document(text: str, rule: FilesRule, finder: Finder) -> Document:
    """Return a JSON document with whose each record of its list is.

    Raises:
        Unreadable: it is no JSON, or has no list where the data map says.
    """
    if not text.removeprefix("\ufeff").strip():
        return Document(text, [], whole=False)
    content = _parsed(text)
    listed = _list_in(content, rule.records)
    records = [content] if listed is None else listed
    found = [Part(*_record(item, "", finder)) for item in records]
    return Document(text, found, whole=listed is None)


def letter(text: str, finder: Finder) -> Document:
    """Return a saved message, one record: its text is searched as it reads, not as it travels."""
    message = message_from_string(text, policy=email.policy.compat32)
    read = [text]
    for part in message.walk():
        body = part.get_payload(decode=True)
        if part.get_content_maintype() == "text" and isinstance(body, bytes):
            read.append(body.decode("utf-8", "surrogateescape"))
    said = "\n".join(read)
    match = Match.MENTION if finder.mentions(said) else Match.NONE
    return Document(text, [Part({"text": text}, "", match)], whole=True)


def _list_in(content: Any, path: str) -> list[Any] | None:
    place = content
    for name in filter(None, path.split(".")):
        place = place.get(name) if isinstance(place, dict) else None
    if path and not isinstance(place, list):
        raise Unreadable("a JSON file has no list of records where the data map says")
    return place if isinstance(place, list) else None


def without(found: Document, rule: FilesRule, gone: frozenset[Match]) -> str:
    """Return the document without the records that go; everything else stays as it stands."""
    return spans.without(found.text, rule.records, [one.match in gone for one in found.records])
