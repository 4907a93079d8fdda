"""Rows that are too many for pages, written to a file as they come: memory stays the same.

The file holds the rows as CSV, deflated once: the PDF carries those very bytes, and a file beside
it wraps them as gzip. It lies under the folder of produced reports, readable by the owner only,
and goes when nobody holds the table any more; `sweep` removes what a crash left.
"""

import csv
import hashlib
import io
import os
import struct
import tempfile
import weakref
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from privacy_engine import clock, progress
from privacy_engine.errors import GivenUp
from privacy_engine.reports.document import (
    ROWS_ON_PAGES,
    ROWS_SHOWN_OF_MORE,
    Cell,
    Column,
    LongRows,
    Table,
)

FOLDER = ".rows"
_CHUNK_ROWS = 2_000
_CHUNK_BYTES = 1 << 18
_LEFT_BEHIND_SECONDS = 24 * 3_600
# A spreadsheet takes a cell that begins like this for a formula and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = tuple[Cell, ...]


class Gathering:
    """A table whose rows are still coming.

    Args:
        empty: the table as it is without rows.
        folder: where rows go that are too many; the system's own place when None.
    """

    def __init__(self, empty: Table, *, folder: Path | None = None) -> None:
        self._empty, self._folder = empty, folder
        self._rows: list[Row] = []
        self._writer: _Writer | None = None

    def add(self, row: Row) -> None:
        """Take one row."""
        if self._writer is None and len(self._rows) < ROWS_ON_PAGES:
            self._rows.append(row)
            return
        if self._writer is None:
            self._writer = _Writer(self._empty.columns, self._folder)
            for earlier in self._rows:
                self._writer.add(earlier)
            self._rows = []
        self._writer.add(row)

    def table(self) -> Table:
        """Return the table of all rows that were taken."""
        return replace(
            self._empty,
            rows=tuple(self._rows),
            long=self._writer.finish() if self._writer else None,
        )


class _Writer:
    def __init__(self, columns: tuple[Column, ...], folder: Path | None) -> None:
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._sha256, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        self._crc, self._adler, self._size = 0, 1, 0
        self._count, self._width = 0, len(columns)
        self._head: list[Row] = []
        self._tail: deque[Row] = deque(maxlen=ROWS_SHOWN_OF_MORE)
        self._waiting: list[Row] = []
        self.path = _new_file(folder)
        self._file = self.path.open("wb")
        self._write(_csv([tuple(column.key for column in columns)]))

    def add(self, row: Row) -> None:
        if len(row) != self._width:
            msg = "a row does not fit its columns"
            raise ValueError(msg)
        if len(self._head) < ROWS_SHOWN_OF_MORE:
            self._head.append(row)
        self._tail.append(row)
        self._waiting.append(row)
        self._count += 1
        if len(self._waiting) == _CHUNK_ROWS:
            self._flush()
            self._say()

    def _say(self) -> None:
        try:
            progress.say(f"{self._count:,} rows read")
        except GivenUp:
            self._file.close()
            self.path.unlink()
            raise

    def _flush(self) -> None:
        self._write(_csv(self._waiting))
        self._waiting = []

    def _write(self, data: bytes) -> None:
        self._sha256.update(data)
        self._md5.update(data)
        self._crc = zlib.crc32(data, self._crc)
        self._adler = zlib.adler32(data, self._adler)
        self._size += len(data)
        self._file.write(self._deflate.compress(data))

    def finish(self) -> LongRows:
        self._flush()
        self._file.write(self._deflate.flush())
        self._file.close()
        made = LongRows(
            path=self.path,
            count=self._count,
            head=tuple(self._head),
            tail=tuple(self._tail),
            sha256=self._sha256.hexdigest(),
            md5=self._md5.hexdigest(),
            size_bytes=self._size,
            crc32=self._crc,
            adler32=self._adler,
        )
        weakref.finalize(made, self.path.unlink, missing_ok=True)
        return made


def csv_of(columns: tuple[Column, ...], rows: Iterable[Row]) -> bytes:
    """Return rows as CSV with a header of the columns' keys (RFC 4180)."""
    return _csv([tuple(column.key for column in columns), *rows])


def _csv(rows: Iterable[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def guarded(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs, whatever somebody typed into a form."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


def zlib_stream(rows: LongRows) -> bytes:
    """Return the deflated CSV as a zlib stream (RFC 1950), as `/FlateDecode` wants it."""
    return b"\x78\x9c" + rows.path.read_bytes() + struct.pack(">I", rows.adler32)


def write_gzip(rows: LongRows, write: Callable[[bytes], object]) -> None:
    """Write the CSV as a gzip file (RFC 1952) without a name or a time: the same bytes again."""
    write(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")
    for chunk in _chunks(rows.path):
        write(chunk)
    write(struct.pack("<II", rows.crc32, rows.size_bytes & 0xFFFFFFFF))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _new_file(folder: Path | None) -> Path:
    place = folder / FOLDER if folder else None
    if place:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(place)
    descriptor, name = tempfile.mkstemp(prefix="rows-", dir=place)
    os.close(descriptor)
    return Path(name)


def sweep(place: Path) -> None:
    """Remove files of rows that a process which died left behind a day ago or more."""
    oldest = clock.now().timestamp() - _LEFT_BEHIND_SECONDS
    for path in place.glob("rows-*"):
        try:
            left_behind = path.stat().st_mtime < oldest
        except FileNotFoundError:
            continue  # its report was finished this very moment
        if left_behind:
            path.unlink(missing_ok=True)
