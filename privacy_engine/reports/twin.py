"""The machine-readable twin of a report, and the CSV files that travel with it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import orjson

from privacy_engine.reports import spool
from privacy_engine.reports.document import (
    Block,
    Entry,
    Facts,
    Figure,
    LongRows,
    Population,
    Prose,
    Report,
    Section,
    Table,
    TallyMark,
)

FORMAT = "privacy-engine/report@v1"
NAME = "twin.json"
SHORT_HASH_CHARACTERS = 16

# A larger file does not travel inside the PDF but beside it, where tools can still open both.
LARGEST_ATTACHED_BYTES = 100_000_000


@dataclass(frozen=True)
class RowsFile:
    """All rows of one table as CSV; `content` is in memory, or on disk for very many."""

    name: str
    sha256: str
    size_bytes: int
    content: bytes | LongRows

    @property
    def is_beside(self) -> bool:
        """Whether it lies beside the PDF instead of inside it."""
        return isinstance(self.content, LongRows) and self.size_bytes > LARGEST_ATTACHED_BYTES


@dataclass(frozen=True)
class Twin:
    """The twin as bytes, and the CSV files whose hashes it states."""

    content: bytes
    files: tuple[RowsFile, ...]

    @property
    def sha256(self) -> str:
        """Return the hash of the twin, hex."""
        return hashlib.sha256(self.content).hexdigest()

    def is_beside(self, table: Table) -> bool:
        """Return whether the rows of a table lie in a file beside the PDF."""
        return any(one.is_beside for one in self.files if one.name == table.file_name)

    @property
    def short_hash(self) -> str:
        """Return the beginning of the hash, in groups of four, as every page shows it."""
        return short_hash(self.sha256)


def make(report: Report, *, title: str, language: str, page_words: tuple[str, str]) -> Twin:
    """Return the twin of `report`: the same for the same report, byte for byte.

    Args:
        report: What to write.
        title: The title on its first page.
        language: A BCP 47 tag.
        page_words: The words "page" and "of" at the foot of its pages, by which a verifier sees
            that none is missing.
    """
    files = tuple(_rows_file(table) for table in report.tables if table.file_name)
    body = {
        "format": FORMAT,
        "kind": report.kind,
        "number": report.drawn.number,
        "title": title,
        "about": report.about,
        "language": language,
        "page_words": list(page_words),
        "generated_at": report.drawn.generated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "site": report.drawn.site,
        "period": _period(report),
        "population": _population(report.drawn.population),
        "log": _log(report.drawn.population),
        "entries": [_entry(entry) for entry in report.drawn.entries],
        "headline": {
            "text": report.headline.text,
            "meaning": report.headline.meaning,
            "tone": report.headline.tone,
        },
        "exceptions": [
            {"text": remark.text, "tone": remark.tone, "citation": remark.citation}
            for remark in report.ranked_exceptions
        ],
        "sections": [_section(section) for section in report.sections],
        "attachments": [
            {
                "name": one.name,
                "sha256": one.sha256,
                "size_bytes": one.size_bytes,
                "beside": one.is_beside,
            }
            for one in files
        ],
    }
    content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    return Twin(content=content + b"\n", files=files)


def name_beside(number: str, file_name: str) -> str:
    """Return the name of the file beside a report that holds what would not fit into it."""
    return f"{number}-{file_name}.gz"


def short_hash(full: str) -> str:
    """Return the first sixteen characters of a hex hash in groups of four."""
    return " ".join(full[at : at + 4] for at in range(0, SHORT_HASH_CHARACTERS, 4))


def _period(report: Report) -> dict[str, str] | None:
    period = report.drawn.period
    if period is None:
        return None
    return {"from_on": period.from_on.isoformat(), "to_on": period.to_on.isoformat()}


def _population(population: Population) -> dict[str, Any]:
    return {
        "filters": [
            {"name": one.name, "words": one.words, "field": one.field, "value": one.value}
            for one in population.filters
        ],
        "row_count": population.row_count,
        **({} if population.drills is None else {"drills": population.drills}),
        "unit": population.unit,
        "finer_filters": population.finer,
        "listed_in": list(population.listed_in),
        "tally": _tally(population),
    }


def _tally(population: Population) -> dict[str, Any] | None:
    tally = population.tally
    if tally is None:
        return None
    return {
        "type": tally.type,
        "site": tally.site,
        "count": tally.count,
        "start": _mark(tally.start) if tally.start else None,
        "end": _mark(tally.end),
    }


def _mark(mark: TallyMark) -> dict[str, Any]:
    return {
        "position": mark.position,
        "entry": _text(mark.entry),
        "proof": [_text(one) for one in mark.proof],
        "salt": _text(mark.salt),
        "part": _text(mark.part),
        "count": mark.count,
    }


def _log(population: Population) -> dict[str, Any]:
    head = population.log
    return {
        "origin": head.origin,
        "size": head.size,
        "root": _text(head.root),
        "checkpoint": head.checkpoint,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "position": entry.position,
        "what": entry.what,
        "leaf": _text(entry.leaf),
        "proof": [_text(one) for one in entry.proof],
    }


def _section(section: Section) -> dict[str, Any]:
    return {"key": section.key, "blocks": [_block(block) for block in section.blocks]}


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Prose():
            return {"prose": list(block.paragraphs)}
        case Facts():
            return {
                "facts": block.key,
                "rows": [
                    {"term": fact.term, "text": fact.text, "citation": fact.citation}
                    for fact in block.facts
                ],
            }
        case Table():
            return _table(block)
        case Figure():
            return {"figure": block.key, "data": [list(pair) for pair in block.data]}


def _table(table: Table) -> dict[str, Any]:
    keys = [column.key for column in table.columns]
    about = {
        "table": table.key,
        "title": table.title,
        "columns": [{"key": column.key, "title": column.title} for column in table.columns],
        "row_count": table.row_count,
        "file": table.file_name,
        "totals": dict(zip(keys, table.totals, strict=False)),
    }
    if table.is_long:
        return about
    return {**about, "rows": [dict(zip(keys, row, strict=True)) for row in table.rows]}


def _rows_file(table: Table) -> RowsFile:
    if table.long:
        long = table.long
        return RowsFile(table.file_name, long.sha256, long.size_bytes, long)
    content = spool.csv_of(table.columns, table.rows)
    digest = hashlib.sha256(content).hexdigest()
    return RowsFile(table.file_name, digest, len(content), content)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
