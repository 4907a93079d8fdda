"""What the events of a case say about each system and each recipient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from privacy_engine.connectors.protocol import OFFICER_GROUND, REQUEST_RECORD, SINCE, WRITTEN_SINCE
from privacy_engine.errors import UnknownCode
from privacy_engine.log.event import Event
from privacy_engine.reports.kinds.deletion import Retained, Return, SystemOutcome, Told, Verdict
from privacy_engine.retention.rules import HOLD_GROUND
from privacy_engine.transaction import Transaction

_METHODS = {
    "sql": "rows deleted or anonymised in one transaction",
    "webhook": "asked by a signed call, and answered",
    "opendsr": "asked by OpenDSR, and said to be completed",
    "mailbox": "messages expunged one by one, in every folder",
    "files": "files removed, or written anew without the person's rows",
    "manual": "done by a person, who attested to it",
}
GROUNDS = {
    "legal_obligation": "a law requires it",
    "disputes": "to settle a dispute",
    "agreements": "to carry out an agreement",
    "service": "to provide the service asked for",
    HOLD_GROUND: "a dispute or an authority needs it",
    OFFICER_GROUND: "it also concerns somebody else",
    REQUEST_RECORD: "the record of this request",
    WRITTEN_SINCE: "written after the deletion",
}
"""Why something is kept, in words, by its ground."""


@dataclass
class _System:
    """What the events say about one system, gathered in order.

    One that was asked once more, by a name learnt late, found what it had found and what is new.
    """

    again: bool = False

    before: int | None = None
    removed: int | None = None
    after: int | None = None
    verdict: str = ""
    searched_at: datetime | None = None
    retained: Sequence[Mapping[str, Any]] = field(default_factory=list)


def systems(tx: Transaction, events: Sequence[Event]) -> tuple[SystemOutcome, ...]:
    """Return each system that the case asked: what it held, deleted, kept, and still holds.

    A system that never answered is one of them: silence is a finding and no absence.
    """
    gathered: dict[str, _System] = {}
    for event in events:
        if event.kind.startswith("system.") and "system" in event.data:
            _gather(gathered.setdefault(str(event.data["system"]), _System()), event)
    return tuple(_outcome(tx, code, system) for code, system in sorted(gathered.items()))


_FOUND_BY = {"search": "a repeated search", "comparison": "the nightly comparison"}


def returns(tx: Transaction, events: Sequence[Event]) -> tuple[Return, ...]:
    """Return what came back after it was deleted, in order, and when it was gone again."""
    found: dict[str, list[Return]] = {}
    for event in events:
        at = event.recorded_at.astimezone(tx.settings.zone)
        if event.kind == "system.came_back":
            code = str(event.data["system"])
            by = _FOUND_BY.get(str(event.data.get("found_by")), "a search")
            found.setdefault(code, []).append(Return(_declared(tx, code)[0], by, at))
        elif event.kind == "system.gone_again":
            here = found[str(event.data["system"])]
            here[-1] = replace(here[-1], gone_at=at)
    return tuple(sorted((one for each in found.values() for one in each), key=_found_at))


def _found_at(one: Return) -> datetime:
    return one.found_at


def _gather(system: _System, event: Event) -> None:
    data = event.data
    if event.kind == "system.deleted":
        system.removed = (system.removed or 0) + int(data.get("removed") or 0)
        system.retained = list(data.get("retained") or [])
    elif event.kind == "system.reopened":
        system.again, system.verdict = True, ""
    elif event.kind == "system.undecided":  # the first part of a deletion; the rest waited
        system.removed = (system.removed or 0) + int(data.get("removed") or 0)
    elif event.kind == "system.searched" and data.get("phase") == "before":
        earlier = system.before or 0 if system.again else 0
        system.before = earlier + int(data.get("found") or 0)
    elif event.kind == "system.searched":
        # Searched, but for files that nobody can look into.
        searchable = data.get("verdict") != "not_searchable" or "unread" in data
        system.after = int(data.get("found") or 0) if searchable else None
        system.verdict = str(data.get("verdict") or "")
        system.searched_at = event.recorded_at if searchable else None
        kept = [item for item in system.retained if item["ground"] not in SINCE]
        system.retained = [*kept, *(data.get("retained") or [])]


def _outcome(tx: Transaction, code: str, system: _System) -> SystemOutcome:
    zone = tx.settings.zone
    title, connector = _declared(tx, code)
    return SystemOutcome(
        title=title,
        found_before=system.before,
        removed=system.removed,
        found_after=system.after,
        verdict=_verdict(system),
        method=_method(connector, system),
        searched_at=system.searched_at.astimezone(zone) if system.searched_at else None,
        retained=tuple(_retained(tx, item) for item in system.retained),
    )


def _method(connector: str, system: _System) -> str:
    if connector == "manual" and system.removed is None:
        return "left to a person, who has not attested to it"
    return _METHODS.get(connector, connector)


def _declared(tx: Transaction, code: str) -> tuple[str, str]:
    try:
        declared = tx.content.system(code)
    except UnknownCode:  # it was in the data map when it was asked, and was taken out since
        return code, "no longer in the data map"
    return declared.title, str(declared.connector)


def _verdict(system: _System) -> Verdict:
    if not system.verdict:
        return Verdict.UNANSWERED
    said = Verdict(system.verdict.replace("_", " "))
    if said is Verdict.NO_BASELINE and system.before == 0 and system.after == 0:
        return Verdict.NOTHING_FOUND
    if said is Verdict.ERASED and system.retained:
        return Verdict.RETAINED
    return said


def _retained(tx: Transaction, item: Mapping[str, Any]) -> Retained:
    until = str(item.get("until") or "")
    ground = str(item["ground"])
    return Retained(
        count=int(item["count"]),
        what=_series_title(tx, str(item["series"])),
        ground=GROUNDS.get(ground, ground),
        citation=str(item["citation"]),
        until_on=date.fromisoformat(until) if until else None,
        until_words="" if until else "its ground ends",
    )


def _series_title(tx: Transaction, code: str) -> str:
    try:
        return tx.content.series(code).title
    except UnknownCode:
        return code


def told(tx: Transaction, events: Sequence[Event]) -> tuple[Told, ...]:
    """Return who was told, when first, and when they confirmed, in the order of telling."""
    zone = tx.settings.zone
    found: dict[str, Told] = {}
    for event in events:
        if event.kind != "recipient.told" or "recipient" not in event.data:
            continue
        code = str(event.data["recipient"])
        at = event.recorded_at.astimezone(zone)
        before = found.get(code)
        title, role = _recipient(tx, code)
        confirmed = at if event.data.get("outcome") == "acknowledged" else None
        found[code] = Told(
            title,
            role,
            before.told_at if before else at,
            (before.acknowledged_at if before else None) or confirmed,
        )
    return tuple(found.values())


def _recipient(tx: Transaction, code: str) -> tuple[str, str]:
    try:
        recipient = tx.content.recipient(code)
    except UnknownCode:
        return code, "no longer declared"
    return recipient.title, str(recipient.role).replace("_", " ")
