"""The facts of one deletion, read from the events of its case."""

from collections.abc import Sequence
from datetime import date

from privacy_engine.errors import Conflict, NotFound
from privacy_engine.instance.model import RetentionRow
from privacy_engine.law import provisions
from privacy_engine.log.event import Event, parse_instant
from privacy_engine.reports import filing, system_facts
from privacy_engine.reports.document import Drawn, Filter, Population, Report
from privacy_engine.reports.kinds import deletion_certificate
from privacy_engine.reports.kinds.deletion import Approval, Clock, Deletion, Kept
from privacy_engine.retention import register as retention
from privacy_engine.retention.rules import HoldScope
from privacy_engine.rights import rules
from privacy_engine.rights.rules import Facts
from privacy_engine.transaction import Transaction

_VERIFIED = {
    "email_link": "by a link sent to the address on file",
    "account": "by signing in to the account again",
    "officer": "by an officer, who recorded how",
}
_ANSWERS = frozenset({"request.fulfilled", "request.partially_fulfilled", "request.denied"})
_TRIGGERS = {
    "collected": "it was made",
    "last_touched": "it was last used",
    "relationship_ended": "the relationship ended",
    "consent_ended": "the consent ended",
    "answered": "the answer",
}


def certificate(tx: Transaction, case: str) -> Report:
    """Return the deletion certificate of a case.

    Raises:
        NotFound: the case is no request, or its record reached the end of its retention.
        Conflict: nothing was deleted in this case.
    """
    events = tx.events_of_case(case)
    deletion = _deletion(tx, case, events)
    drawn = Drawn(
        number=filing.number_for(deletion_certificate.KIND, edition(case, events)),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        population=Population(
            filters=(Filter("request", f"the one request {case}", field="case", value=case),),
            row_count=len(deletion.systems),
            unit="system",
            log=filing.log_head(tx),
            finer=True,
            listed_in=("systems",),
        ),
        entries=filing.entries(tx, events),
    )
    return deletion_certificate.build(deletion, drawn)


def edition(case: str, events: Sequence[Event]) -> str:
    """Return what a case's report is about; each time that it ended anew has one of its own."""
    again = sum(event.kind == "system.gone_again" and "outcome" in event.data for event in events)
    return f"{case}-{again + 1}" if again else case


def _deletion(tx: Transaction, case: str, events: Sequence[Event]) -> Deletion:
    received = first(events, "request.received")
    if received is None or "right" not in received.data:
        raise NotFound("there is no record of a request under this reference")
    if first(events, "system.deleted") is None and first(events, "subject.erased") is None:
        raise Conflict("nothing was deleted in this case, so there is nothing to certify")
    zone = tx.settings.zone
    facts = _facts(events, received)
    erased = first(events, "subject.erased")
    completed_at = (erased or _last_of_systems(events) or received).recorded_at
    right = rules.right_of("delete", facts.jurisdiction)
    return Deletion(
        reference=case,
        subject_key="destroyed with the person's data" if erased else "held until erasure",
        basis=_basis(facts),
        basis_citation=right.citation,
        verification=_verification(events, facts),
        received_at=facts.received_at.astimezone(zone),
        completed_at=completed_at.astimezone(zone),
        systems=system_facts.systems(tx, events),
        clocks=_clocks(tx, events, facts),
        approvals=approvals(tx, events),
        kept=_kept(tx, events),
        told=system_facts.told(tx, events),
        returns=system_facts.returns(tx, events),
        holds=holds_on(tx, case, events),
        keys_destroyed_at=erased.recorded_at.astimezone(zone) if erased else None,
        backup_horizon_on=backup_horizon(erased),
    )


def first(events: Sequence[Event], kind: str) -> Event | None:
    """Return the first event of a kind."""
    return next((event for event in events if event.kind == kind), None)


def backup_horizon(erased: Event | None) -> date | None:
    """Return the day from which no backup can open what was erased, as the log states it."""
    stated = erased.data.get("unrecoverable_on") if erased else None
    return date.fromisoformat(str(stated)) if stated else None


def _last_of_systems(events: Sequence[Event]) -> Event | None:
    return next((e for e in reversed(events) if e.kind.startswith("system.")), None)


def _facts(events: Sequence[Event], received: Event) -> Facts:
    data = received.data
    return Facts(
        right=str(data["right"]),
        jurisdiction=str(data["jurisdiction"]),
        received_at=parse_instant(str(data["received_at"])),
        verified=first(events, "request.verified") is not None,
        extended=first(events, "request.extended") is not None,
        acting_for=str(data.get("for") or "self"),
    )


def _basis(facts: Facts) -> str:
    who = {
        "agent": "an authorised agent asked in the person's name",
        "child": "a parent asked for their child",
        "household": "a household asked",
    }.get(facts.acting_for, "the person asked")
    return f"{who} to delete what we hold about them"


def _verification(events: Sequence[Event], facts: Facts) -> str:
    event = first(events, "request.verified")
    if event is None:
        needed = rules.needs_verification(facts.right, facts.jurisdiction)
        return "not verified" if needed else "no verification is asked for this right"
    method = str(event.data.get("method", ""))
    how = _VERIFIED.get(method, method.replace("_", " "))
    return f"{_tier(str(event.data.get('tier', '')), facts.jurisdiction)}, {how}"


def _tier(code: str, jurisdiction: str) -> str:
    for place in (jurisdiction, rules.FALLBACK_JURISDICTION):
        try:
            titles = {item.code: item.title for item in provisions.tiers(place)}
        except KeyError:
            continue
        if code in titles:
            return titles[code]
    return code.replace("_", " ")


def _clocks(tx: Transaction, events: Sequence[Event], facts: Facts) -> tuple[Clock, ...]:
    """Return every clock of the right, by the plain reading: the one that a breach is judged by.

    Source: 11 CCR 7021 and its like.
    """
    answered = next((event for event in events if event.kind in _ANSWERS), None)
    extended = first(events, "request.extended")
    found = []
    for clock in rules.clocks(facts):
        if clock.duty.endswith("-ACK"):
            words, done = "Confirm receipt", first(events, "request.acknowledged") or answered
        elif clock.duty.endswith("-EXT"):
            words, done = "Answer, after one extension", answered
        elif extended is not None:
            words, done = "Say that more time is needed", extended
        else:
            words, done = "Answer", answered
        on = done.recorded_at.astimezone(tx.settings.zone).date() if done else None
        found.append(Clock(words, clock.legal_due_on, clock.citation, on))
    return tuple(found)


def approvals(tx: Transaction, events: Sequence[Event]) -> tuple[Approval, ...]:
    """Return what people did in a case, by role and staff code, never by name."""
    found = []
    for event in events:
        step = _step(tx, event)
        role, _, name = event.actor.partition(":")
        if step and role != "engine":
            at = event.recorded_at.astimezone(tx.settings.zone)
            found.append(Approval(step, _ROLES.get(role, role), name[:8] or role, at))
    return tuple(found)


_ROLES = {"staff": "officer", "subject": "the person"}
_ACTS = {
    "request.assigned": "Took the request on",
    "request.approved": "Decided",
    "child.confirmed": "Decided: a child under 13",
    "child.cleared": "Decided: no child",
    "system.deleted": "Attested the deletion",
}


def _step(tx: Transaction, event: Event) -> str:
    words = _ACTS.get(event.kind, "")
    if event.kind != "system.deleted":
        return words
    outcomes = system_facts.systems(tx, [event])
    return f"{words} in {outcomes[0].title}" if outcomes else words


def holds_on(tx: Transaction, case: str, events: Sequence[Event]) -> tuple[str, ...]:
    """Return the holds in force on this case, or on a system or a series that it kept from."""
    touched = {(HoldScope.CASE, case)}
    for event in events:
        if event.kind == "system.deleted":
            touched.add((HoldScope.SYSTEM, str(event.data.get("system"))))
            kept = event.data.get("retained") or []
            touched |= {(HoldScope.SERIES, str(item["series"])) for item in kept}
    today = filing.local_now(tx).date()
    return tuple(
        hold.hold
        for hold in retention.holds(tx.session, on=today)
        if (hold.scope, hold.target) in touched
    )


def _kept(tx: Transaction, events: Sequence[Event]) -> tuple[Kept, ...]:
    erased = first(events, "subject.erased")
    rows = {row.series: row for row in tx.content.retention}
    kept = []
    if "request-records" in rows:
        kept.append(_own(rows["request-records"]))
    if "consent-proofs" in rows and erased and erased.data.get("kept_proofs"):
        kept.append(_own(rows["consent-proofs"]))
    kept.append(
        Kept(
            "A keyed hash of each identifier",
            "So that the person stays deleted when an old copy comes back.",
            "Civ. Code 1798.105(c)(2)",
            "the service ends",
        )
    )
    return tuple(kept)


def _own(row: RetentionRow) -> Kept:
    until = f"{row.period.in_words} after {_TRIGGERS.get(row.trigger, row.trigger)}"
    return Kept(row.title, row.business_need, row.citation, until)
