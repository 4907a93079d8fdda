"""Rows too many for pages: on disk as they come, and the same bytes wherever they end up."""

import gzip
import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine import progress
from privacy_engine.cli.report_verify import verify_file
from privacy_engine.errors import GivenUp
from privacy_engine.reports import document, inspection, produce, spool, twin
from privacy_engine.reports.kinds import log_integrity, policy_version
from privacy_engine.reports.kinds.policy_version import Told
from privacy_engine.reports.verdicts import Outcome
from tests.unit.reports import kind_samples

Make = Callable[[document.Report], produce.Produced]
COLUMNS = (document.Column("a", "A"), document.Column("n", "N", document.ColumnKind.NUMBER))
EMPTY = document.Table("many", "Many", COLUMNS)
MANY = document.ROWS_ON_PAGES + 1


def gathered(count: int, folder: Path | None = None) -> document.Table:
    gathering = spool.Gathering(EMPTY, folder=folder)
    for at in range(count):
        gathering.add((f"row {at}", at))
    return gathering.table()


def report_of(table: document.Table) -> document.Report:
    key = log_integrity.SECTIONS[0]
    return replace(kind_samples.log(), sections=(document.Section(key, (table,)),))


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.integers()), max_size=30))
def test_the_file_holds_what_the_same_rows_in_memory_would(
    rows: list[tuple[str, int]],
) -> None:
    writer = spool._Writer(COLUMNS, None)
    for row in rows:
        writer.add(row)
    long = writer.finish()
    whole = spool.csv_of(COLUMNS, rows)
    packed: list[bytes] = []
    spool.write_gzip(long, packed.append)
    assert gzip.decompress(b"".join(packed)) == whole
    assert (long.sha256, long.size_bytes) == (hashlib.sha256(whole).hexdigest(), len(whole))


def test_pages_show_both_ends_and_the_file_goes_with_the_table(tmp_path: Path) -> None:
    table = gathered(MANY, tmp_path)
    assert (table.row_count, table.is_long, table.rows) == (MANY, True, ())
    assert table.head[0] == ("row 0", 0)
    assert table.tail[-1] == (f"row {MANY - 1}", MANY - 1)
    assert len(list(tmp_path.glob(".rows/*"))) == 1
    del table
    assert not list(tmp_path.glob(".rows/*"))


def test_few_rows_stay_in_memory(tmp_path: Path) -> None:
    assert gathered(3, tmp_path).rows == (("row 0", 0), ("row 1", 1), ("row 2", 2))
    assert not list(tmp_path.iterdir())


def test_what_a_crash_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / ".rows" / "rows-left"
    left.parent.mkdir()
    left.touch()
    os.utime(left, (0, 0))
    table = gathered(MANY, tmp_path)
    assert not left.exists()
    assert table.long is not None


def test_work_that_is_given_up_stops_between_rows() -> None:
    with progress.told_to(lambda _: False), pytest.raises(GivenUp):
        gathered(MANY)


def test_long_rows_travel_inside_the_file_and_verify(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(make(report_of(gathered(MANY))).signed_bytes)
    attached = inspection.read(path.read_bytes()).attachments
    assert attached["many.csv"] == spool.csv_of(COLUMNS, [(f"row {n}", n) for n in range(MANY)])
    assert verify_file(path).integrity.outcome is Outcome.HOLDS


def test_what_is_too_large_lies_beside(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twin, "LARGEST_ATTACHED_BYTES", 1_000)
    report = report_of(gathered(MANY))
    path = tmp_path / "report.pdf"
    path.write_bytes(make(report).signed_bytes)
    alone = verify_file(path).integrity
    assert alone.outcome is Outcome.NOT_CHECKED
    assert any("is not here" in one.sentence for one in alone.checks)
    ((name, write),) = produce.beside(report)
    with (tmp_path / name).open("wb") as file:
        write(file.write)
    assert verify_file(path).integrity.outcome is Outcome.HOLDS
    swapped = gzip.decompress((tmp_path / name).read_bytes()).replace(b"row 17,", b"row 71,")
    (tmp_path / name).write_bytes(gzip.compress(swapped))
    assert verify_file(path).integrity.outcome is Outcome.FAILS


def test_however_many_were_written_to_a_version_lists_them_in_a_file(tmp_path: Path) -> None:
    at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    told = (Told(f"{n:012x}", at, "sent") for n in range(5_000))
    table = policy_version.gather_told(told, folder=tmp_path)
    assert (table.row_count, table.rows) == (5_000, ())
    assert table.head[0] == ("000000000000", "2 Nov 2026, 12:00", "letter sent")
