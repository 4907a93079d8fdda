"""Whether a file that a keeper adds to a copy bears rows of somebody else: CSV, JSON, zips.

What else there is, papers and pictures, only a person can look at.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from privacy_engine.connectors.belonging import Belonging
from privacy_engine.connectors.files.encodings import HEAD_BYTES, encoding_of
from privacy_engine.errors import InvalidInput

_MOST_BYTES = 50 * 1024 * 1024


class NamesAnother(InvalidInput):
    """Rows of a file name somebody else, and nothing of the person."""


def require_theirs(name: str, content: bytes, whose: Belonging) -> None:
    """Refuse a file in which rows name somebody else, and nothing of the person.

    Raises:
        NamesAnother: there are such rows; whoever added it looks at them, or takes them out.
    """
    count = sum(whose.names_another(row) for row in _rows(name, content))
    if count:
        rows = "a row" if count == 1 else f"{count} rows"
        raise NamesAnother(
            f"in {rows} of this file somebody else is named, and nothing of this person: take out"
            " what is not theirs, or say that you looked, and add the file again"
        )


def _rows(name: str, content: bytes) -> Iterator[Mapping[str, Any]]:
    suffix = PurePath(name).suffix.lower()
    if suffix == ".zip":
        yield from _rows_in_zip(content)
    elif suffix in {".csv", ".json"} and (encoding := encoding_of(content[:HEAD_BYTES])):
        text = content.decode(encoding, "replace").removeprefix("\ufeff")
        yield from _csv(text) if suffix == ".csv" else _json(text)


def _rows_in_zip(content: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
            if sum(item.file_size for item in listed) > _MOST_BYTES:
                return  # too large to be looked through here
            for item in listed:
                if PurePath(item.filename).suffix.lower() in {".csv", ".json"}:
                    yield from _rows(item.filename, archive.read(item))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
        return  # locked, or no zip at all: nobody here can look into it


def _csv(text: str) -> Iterator[Mapping[str, Any]]:
    head = text.partition("\n")[0]
    sign = max(",;\t", key=head.count)
    try:
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=sign):
            yield {name: value for name, value in row.items() if name}
    except csv.Error:
        return


def _json(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the records of a document: of its list, of the lists in it, or itself."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    lists = found.values() if isinstance(found, dict) else [found]
    records = [
        item
        for listed in lists
        if isinstance(listed, list)
        for item in listed
        if isinstance(item, dict)
    ]
    yield from records or ([found] if isinstance(found, dict) else [])
