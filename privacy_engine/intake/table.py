"""A list of requests (CSV) is read, shown before anything happens, and taken row by row.

Each row goes through the one intake, so it is verified as any other request is. The same row again
is the same request: an import that broke off is simply made again.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from privacy_engine import keys
from privacy_engine.errors import EngineError, EventConflict, InvalidInput, TooLarge
from privacy_engine.ingest import schemas
from privacy_engine.law import provisions
from privacy_engine.log.canonical import canonical
from privacy_engine.log.event import Identifier, Trust
from privacy_engine.rights import actions, register, rules
from privacy_engine.rights.actions import Intake
from privacy_engine.rights.rules import Facts
from privacy_engine.transaction import Actor, Transaction, Transactions

MOST_ROWS = 2_000
MOST_BYTES = 4 * 1024 * 1024
COLUMNS: Mapping[str, str] = {
    "right": "delete, know:specific, know:categories, correct, opt_out, limit, opt_in, "
    "withdraw_consent",
    "received": "the day (2026-11-03) or the moment (2026-11-03T10:00:00-08:00) it reached you",
    "email": "of the person; this or phone or account",
    "phone": "of the person",
    "account": "of the person; needs a site",
    "site": "to which account belongs",
    "name": "of the person",
    "channel": "email, phone, mail, store, form; mail when empty",
    "for": "self, agent, child, household; self when empty",
    "jurisdiction": "us-ca and others; the instance's when empty",
    "language": "in which to answer; the instance's when empty",
    "details": "in their words",
    "number": "what the other tool calls it; the same number again is the same request",
}
_NEEDED = frozenset({"right", "received"})
_WHO = ("email", "phone", "account")
_PLAIN = ("right", "name", "channel", "for", "jurisdiction", "language", "details")


@dataclass(frozen=True, repr=False)
class Row:
    """One line of the list, and what would become of it.

    Attributes:
        line: as a text editor numbers it; the head is line 1.
        faults: what is wrong, by column; with any, the line is left out.
        remark: what an officer should know before it is taken; empty when nothing.
    """

    line: int
    right: str
    subject: tuple[Identifier, ...]
    received_at: datetime | None
    faults: Mapping[str, str]
    remark: str = ""
    due_on: date | None = None
    intake: Intake | None = None


@dataclass(frozen=True)
class Taken:
    """What an import did; `left` are lines that were refused in the end, with why."""

    made: tuple[str, ...]
    known: int
    left: tuple[tuple[int, str], ...]


def read(text: str | bytes) -> list[dict[str, str]]:
    """Return the lines of a list by column, blank lines left out.

    Raises:
        InvalidInput: it is no CSV, lacks a column, or has one that nobody knows; says which.
        TooLarge: it has too many lines or bytes.
    """
    if len(text) > MOST_BYTES:
        raise TooLarge(f"a list holds at most {MOST_BYTES // 1024 // 1024} MiB")
    try:
        plain = (
            text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        )
    except UnicodeDecodeError:
        raise InvalidInput("the list is not UTF-8 text; save it as CSV UTF-8") from None
    if "\0" in plain:
        raise InvalidInput("the list is no text")
    try:
        # The same list is the same requests, whoever ends its lines how.
        return _lines(plain.replace("\r\n", "\n").replace("\r", "\n"))
    except csv.Error:
        raise InvalidInput("the list is no CSV that can be read") from None


def _lines(plain: str) -> list[dict[str, str]]:
    head, _, _ = plain.partition("\n")
    # Spreadsheets of half the world write semicolons.
    divider = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(plain, newline=""), delimiter=divider, strict=True)
    columns = [str(name or "").strip().lower() for name in reader.fieldnames or ()]
    if not columns:
        raise InvalidInput("the list is empty")
    _require_columns(columns)
    reader.fieldnames = columns
    found: list[dict[str, str]] = []
    begins = 2
    for values in reader:
        if values.pop(None, None) is not None:
            raise InvalidInput(f"line {reader.line_num} has more cells than the head")
        cells = {name: (value or "").strip() for name, value in values.items()}
        if any(cells.values()):
            found.append(cells | {"_line": str(begins)})
        begins = reader.line_num + 1
        if len(found) > MOST_ROWS:
            raise TooLarge(f"a list holds at most {MOST_ROWS:,} requests; split it")
    return found


def _require_columns(columns: Sequence[str]) -> None:
    missing = sorted(_NEEDED - set(columns))
    if missing:
        raise InvalidInput(f"the list lacks the column {', '.join(missing)}")
    if not set(_WHO) & set(columns):
        raise InvalidInput("the list lacks a column that says who asks: email, phone or account")
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        # A column's name could be anything, also somebody's address: only its place is told.
        place = columns.index(unknown[0]) + 1
        raise InvalidInput(f"column {place} is none of: {', '.join(COLUMNS)}")
    if len(set(columns)) != len(columns):
        raise InvalidInput("a column stands twice in the head")


# Preview ---------------------------------------------------------------------------------


def preview(tx: Transaction, lines: Sequence[Mapping[str, str]]) -> list[Row]:
    """Return what would become of each line; nothing is written."""
    first: dict[tuple[str, str], Row] = {}
    found: list[Row] = []
    for line in lines:
        row = _row(tx, line)
        if row.intake and row.intake.origin:
            row = _repeated(row, first.setdefault(row.intake.origin, row))
        found.append(row)
    return found


def _repeated(row: Row, first: Row) -> Row:
    """Say of a line that another one stands for it, or leave out what contradicts that one."""
    if row is first:
        return row
    if row.intake == first.intake:
        return replace(row, remark=f"the same as line {first.line}: one request")
    why = f"stands on line {first.line} with another request"
    return replace(row, faults={"number": why}, intake=None)


def _row(tx: Transaction, line: Mapping[str, str]) -> Row:
    faults: dict[str, str] = {}
    received_at = _received(tx, line.get("received", ""), faults)
    checked = _checked(tx, line, faults)
    subject = checked.subject if checked else ()
    number = int(line["_line"])
    if faults or checked is None or received_at is None:
        return Row(number, line.get("right", ""), subject, received_at, faults)
    intake = _intake(checked, line, received_at)
    return _judged(tx, Row(number, intake.right, subject, received_at, faults, intake=intake))


def _judged(tx: Transaction, row: Row) -> Row:
    intake = row.intake
    if intake is None or row.received_at is None:
        return row
    where = intake.jurisdiction or tx.settings.instance.jurisdiction
    try:
        provisions.rights(where)
        tx.content.workflow_for(intake.right, where)
        clock = rules.answer_clock(Facts(intake.right, where, row.received_at))
    except (EngineError, KeyError) as error:
        detail = error.detail if isinstance(error, EngineError) else "no law of this name is known"
        return replace(row, faults={"jurisdiction": detail}, intake=None)
    today = tx.now.astimezone(tx.settings.zone).date()
    remark = _twin(tx, intake)
    if clock and clock.strict_due_on < today:
        remark = "; ".join(filter(None, (remark, "late already")))
    return replace(row, remark=remark, due_on=clock.strict_due_on if clock else None)


def _twin(tx: Transaction, intake: Intake) -> str:
    subject_id = tx.find_subject(intake.subject, site=intake.site)
    if subject_id is None:
        return ""
    same = [
        item.reference
        for item in register.of_subjects(tx.session, tx.person(subject_id))
        if item.right == intake.right and not item.ended
    ]
    return f"they asked for this before: {', '.join(sorted(same)[:3])}" if same else ""


def _received(tx: Transaction, text: str, faults: dict[str, str]) -> datetime | None:
    """Return the moment of receipt; of a day alone the first moment, which is never too late."""
    try:
        if len(text) <= 10:
            found = datetime.combine(date.fromisoformat(text), time.min, tzinfo=tx.settings.zone)
        else:
            found = datetime.fromisoformat(text)
            if found.tzinfo is None:
                raise InvalidInput
    except (ValueError, EngineError):
        faults["received"] = "must be a day such as 2026-11-03, or a moment with its offset"
        return None
    if found > tx.now:
        faults["received"] = "lies in the future"
        return None
    return found


def _checked(
    tx: Transaction, line: Mapping[str, str], faults: dict[str, str]
) -> schemas.Checked | None:
    """Return the line as the API would take it, or note what the API would refuse."""
    who = {kind: line[kind] for kind in _WHO if line.get(kind)}
    if not who:
        faults["email"] = "says nobody: an email, a phone or an account is needed"
        return None
    if "account" in who and not line.get("site"):
        faults["site"] = "is needed beside an account"
        return None
    body: dict[str, Any] = {"subject": who}
    body |= {name: line[name] for name in _PLAIN if line.get(name)}
    place = line.get("jurisdiction") or tx.settings.instance.jurisdiction
    body["right"] = provisions.right_named(line.get("right", ""), place) or line.get("right", "")
    try:
        return schemas.check(
            "request.received", body | {"channel": line.get("channel") or "mail"}, below=""
        )
    except InvalidInput as error:
        for item in error.errors:
            faults[item.pointer.rpartition("/")[2] or "line"] = item.detail
        return None


def _intake(checked: schemas.Checked, line: Mapping[str, str], received_at: datetime) -> Intake:
    data = checked.data
    told = {name: line[name] for name in COLUMNS if line.get(name)}
    named = {"number": line["number"]} if line.get("number") else told
    return Intake(
        right=data["right"],
        subject=checked.subject,
        jurisdiction=data.get("jurisdiction", ""),
        channel=data.get("channel", "mail"),
        acting_for=data.get("for", "self"),
        name=data.get("name", ""),
        details=data.get("details", ""),
        language=data.get("language", ""),
        received_at=received_at,
        site=line.get("site") or "console",
        trust=Trust.IMPORT,
        origin=("urn:import", keys.sha256(canonical(named)).hex()),
    )


# Taking ----------------------------------------------------------------------------------


def take(engine: Transactions, rows: Sequence[Row], *, actor: Actor) -> Taken:
    """Take every line without a fault, each in a transaction of its own.

    A crash in between leaves the lines before it taken; the same list again takes the rest.
    """
    made: list[str] = []
    left: list[tuple[int, str]] = []
    known = 0
    for row in rows:
        if row.intake is None:
            left.append((row.line, "; ".join(f"{k} {v}" for k, v in row.faults.items())))
            continue
        try:
            reference, is_new = engine.run(_taker(row.intake), actor=actor)
        except EventConflict:
            left.append((row.line, "number came before with another request"))
            continue
        except EngineError as error:
            left.append((row.line, error.detail))
            continue
        if is_new:
            made.append(reference)
        else:
            known += 1
    return Taken(tuple(made), known, tuple(left))


def _taker(intake: Intake) -> Callable[[Transaction], tuple[str, bool]]:
    def work(tx: Transaction) -> tuple[str, bool]:
        subject_id = tx.find_subject(intake.subject, site=intake.site)
        person = tx.person(subject_id) if subject_id else ()
        before = {item.reference for item in register.of_subjects(tx.session, person)}
        made = actions.receive(tx, intake).reference
        return made, made not in before

    return work
