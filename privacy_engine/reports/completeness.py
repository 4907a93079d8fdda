"""Says whether anything is missing from a report, as far as its twin and the log can tell."""

import base64
import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from privacy_engine import keys
from privacy_engine.errors import EngineError, InvalidInput
from privacy_engine.log import checkpoint, merkle
from privacy_engine.log.event import DRILL_SITE
from privacy_engine.look.formats import plural
from privacy_engine.reports.log_export import (
    EVERY_SITE,
    LogExport,
    OpenedEvent,
    commitments,
    stated_count,
)
from privacy_engine.reports.verdicts import Check, Verdict, fails, fold, holds, not_checked

GOOD = "Nothing of what this report covers is missing from it."
BAD = "This report does not agree with the log."
OPEN = "Whether something is missing was not checked in full; the reasons are below."

# Filters by these names are what the tallies of the log count by; all others are finer.
TALLIED = frozenset({"type", "site", "period"})

Twin = Mapping[str, Any]


def check(
    content: Twin, attachments: Mapping[str, bytes], *, export: LogExport | None = None
) -> Verdict:
    """Return whether the rows of a report are all there are.

    What must hold:
    1. each table has as many rows as it says, and those that list what the report covers have
       together as many as it covers;
    2. the signed checkpoint, when the twin has one, is of the size and root that it states;
    3. every entry that the report rests on is in that log;
    4. the tallies at both ends of the period are in that log, say what the twin says they say,
       and leave as many events between them as the report covers;
    5. with an export: it verifies, its tree had that root at that size, and as many events of
       this type, site, period and of every finer filter are in it.

    Args:
        content: The twin.
        attachments: The attached files by name.
        export: An export of the log, when the reader has one.
    """
    if not content:
        return fold(
            [not_checked("Without a readable twin there is nothing to count.")],
            good=GOOD,
            bad=BAD,
            open_=OPEN,
        )
    try:
        checks = [
            *_rows(content, attachments),
            *_listed(content),
            *_checkpoint(content),
            *_entries(content),
            *_tallies(content, counted=export is not None),
            *_export(content, export),
        ]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        checks = [fails("The twin is not whole: a part of it cannot be read.")]
    return fold(checks, good=GOOD, bad=BAD, open_=OPEN)


def _rows(content: Twin, attachments: Mapping[str, bytes]) -> Iterator[Check]:  # 1
    tables = [
        block for section in content["sections"] for block in section["blocks"] if "table" in block
    ]
    for table in tables:
        counts = {table["row_count"]}
        if "rows" in table:
            counts.add(len(table["rows"]))
        if table["file"] in attachments:
            lines = io.TextIOWrapper(io.BytesIO(attachments[table["file"]]), "utf-8", newline="")
            counts.add(sum(1 for _ in csv.reader(lines)) - 1)
        if len(counts) > 1:
            yield fails(f"The table {table['title']} has not as many rows as it says.")
    yield holds(f"Every table ({len(tables)}) has as many rows as it says.")


def _listed(content: Twin) -> Iterator[Check]:
    population = content["population"]
    places = population.get("listed_in", [])
    if not places:
        return
    tables = {
        block["table"]: block
        for section in content["sections"]
        for block in section["blocks"]
        if "table" in block
    }
    listed = sum(_listed_in(tables[place.partition(".")[0]], place) for place in places)
    if listed == population["row_count"]:
        yield holds(f"The tables list all that the report covers ({listed}).")
    else:
        yield fails(f"The tables list {listed}; the report covers {population['row_count']}.")


def _listed_in(table: Twin, place: str) -> int:
    column = place.partition(".")[2]
    if not column:
        return int(table["row_count"])
    return sum(int(row[column] or 0) for row in table["rows"])


def _checkpoint(content: Twin) -> Iterator[Check]:  # 2
    log = content["log"]
    if not log["checkpoint"]:
        yield not_checked("The twin holds no signed checkpoint of the log.")
        return
    try:
        stated, _ = checkpoint.parse_unverified(log["checkpoint"].encode())
    except EngineError:
        yield fails("The checkpoint in the twin cannot be read.")
        return
    if (stated.origin, stated.size, stated.root) != (log["origin"], log["size"], _root(content)):
        yield fails("The checkpoint in the twin is not of the log head that the pages show.")
    else:
        yield holds("The log head on the pages is that of the checkpoint in the twin.")


def _entries(content: Twin) -> Iterator[Check]:  # 3
    entries = content["entries"]
    for entry in entries:
        if not _is_in_log(content, entry["position"], _bytes(entry["leaf"]), entry["proof"]):
            yield fails(f"The log does not hold the entry at position {entry['position']}.")
            return
    if entries:
        yield holds(f"All entries that the report rests on ({len(entries)}) are in the log.")


def _tallies(content: Twin, *, counted: bool) -> Iterator[Check]:  # 4
    population = content["population"]
    tally = population["tally"]
    if tally is None:
        yield _untallied(content)
        return
    counts = [
        _mark(content, tally, mark) if mark else 0 for mark in (tally["start"], tally["end"])
    ]
    start, end = counts
    if start is None or end is None:
        yield fails("A tally that the report states is not in the log.")
    elif end - start != tally["count"]:
        yield fails("The tallies leave another number of events than the report states.")
    elif population["finer_filters"] and counted:
        yield holds(f"The log holds {tally['count']} events of this type, site and period.")
    elif population["finer_filters"]:
        yield not_checked(
            f"The log holds {tally['count']} events of this type, site and period; finer filters "
            "are counted only with an export of the log (--log)."
        )
    elif tally["count"] != population["row_count"] + population.get("drills", 0):
        yield fails(
            f"The log holds {tally['count']} events of this type, site and period; "
            f"the report covers {population['row_count']}{_left_out(population)}."
        )
    else:
        yield holds(f"The log holds {tally['count']} events of this period; the report has them.")


def _left_out(population: Twin) -> str:
    count = population.get("drills", 0)
    return f" and leaves out {plural(count, 'drill')}" if count else ""


def _untallied(content: Twin) -> Check:
    population = content["population"]
    if not population["filters"] and population["row_count"] == content["log"]["size"]:
        return holds("The report is about the whole log, and covers as many entries as it has.")
    if population["finer_filters"]:
        return not_checked("The log tallies types, sites and days; this report is about less.")
    return not_checked("This report states no tallies of the log for its period.")


def _mark(content: Twin, tally: Twin, mark: Twin) -> int | None:
    """Return the count that a tally in the log states, None when any link to the log is broken."""
    entry, part, position = _bytes(mark["entry"]), _bytes(mark["part"]), int(mark["position"])
    first = commitments(entry)[:1]
    if not _is_in_log(content, position, merkle.leaf_hash(entry), mark["proof"]):
        return None
    if not first or not keys.same(keys.mac(_bytes(mark["salt"]), part), first[0]):
        return None
    count = stated_count(part, site=tally["site"], type=tally["type"], position=position)
    return count if count == mark["count"] else None


def _export(content: Twin, export: LogExport | None) -> Iterator[Check]:  # 5
    if export is None:
        return
    fault = export.fault()
    if fault:
        yield fails(f"The export of the log does not verify: {fault}.")
        return
    try:
        if export.root_at(content["log"]["size"]) != _root(content):
            yield fails("The export is of another log: it never had the root that the pages show.")
            return
    except EngineError as error:
        yield not_checked(str(error))
        return
    yield holds("The export of the log verifies, and had the root that the pages show.")
    kept = [one for one in content["entries"] if one["position"] >= export.minimum]
    if len(kept) < len(content["entries"]):
        yield not_checked(
            f"The export begins at position {export.minimum}: "
            f"{len(content['entries']) - len(kept)} entries that the report rests on are pruned "
            "there. The proofs in the report hold without it."
        )
    if any(export.leaf(one["position"]) != _bytes(one["leaf"]) for one in kept):
        yield fails("The export holds another entry at a position that the report names.")
    yield from _counted(content, export)


def _counted(content: Twin, export: LogExport) -> Iterator[Check]:
    population, tally = content["population"], content["population"]["tally"]
    filters = [one for one in population["filters"] if one["name"] not in TALLIED]
    if tally is None:
        return
    if not all(one["field"] for one in filters) or (population["finer_filters"] and not filters):
        yield not_checked("The finer filters of this report are not written for machines.")
        return
    try:
        events = list(_events(tally, export))
    except InvalidInput as error:
        yield not_checked(str(error))
        return
    if len(events) != tally["count"]:
        yield not_checked(
            f"The export opens {len(events)} of the {tally['count']} events of this period."
        )
        return
    fitting = [event for event in events if event.site != DRILL_SITE and _fits(event, filters)]
    if len(fitting) == population["row_count"]:
        yield holds(f"Counted in the export: {len(fitting)} events, as many as the report covers.")
    else:
        yield fails(
            f"Counted in the export: {len(fitting)} events; "
            f"the report covers {population['row_count']}."
        )


def _events(tally: Twin, export: LogExport) -> Iterator[OpenedEvent]:
    first = tally["start"]["position"] if tally["start"] else -1
    last = tally["end"]["position"]
    for event in export.events():
        inside = first < event.position < last
        if inside and event.kind == tally["type"] and tally["site"] in {event.site, EVERY_SITE}:
            yield event


def _fits(event: OpenedEvent, filters: list[Twin]) -> bool:
    return all(str(event.fields.get(one["field"])) == one["value"] for one in filters)


def _is_in_log(content: Twin, position: int, leaf: bytes, proof: list[str]) -> bool:
    try:
        merkle.verify_inclusion(
            position,
            content["log"]["size"],
            leaf,
            proof=[_bytes(one) for one in proof],
            root=_root(content),
        )
    except EngineError:
        return False
    return True


def _root(content: Twin) -> bytes:
    return _bytes(content["log"]["root"])


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
